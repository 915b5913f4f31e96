#include "metrics/check_input.h"

#include <cmath>
#include <cstdio>

#include "errors/check.h"
#include "errors/user_error.h"

namespace headsweep::metrics {
namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

void check_finite(const char* name, std::span<const double> entries) {
  for (const double entry : entries) {
    if (!std::isfinite(entry)) {
      throw UserError(std::string(name) + " hold " + number(entry) + "; only finite numbers can be compared");
    }
  }
}

void check_importance(std::span<const double> importance) {
  double sum = 0;
  for (std::size_t h = 0; h < importance.size(); ++h) {
    if (!(importance[h] >= 0)) {
      throw UserError("importance of head " + std::to_string(h) + " is " + number(importance[h]) +
                      "; it must be at least 0");
    }
    sum += importance[h];
  }
  if (!(std::abs(sum - 1) <= kSumTolerance)) {
    throw UserError("head importances sum to " + number(sum) + "; they must sum to 1 within " +
                    number(kSumTolerance) + ": divide them by their sum");
  }
}

}  // namespace

void check_attention(const std::string& name, std::span<const double> dense, std::int64_t n) {
  for (std::int64_t i = 0; i < n; ++i) {
    const double* row = dense.data() + i * n;
    double sum = 0;
    for (std::int64_t j = 0; j <= i; ++j) {
      if (!(row[j] >= 0)) {
        throw UserError(name + ": query " + std::to_string(i) + " attends to key " + std::to_string(j) +
                        " with " + number(row[j]) + "; attention must be at least 0");
      }
      sum += row[j];
    }
    for (std::int64_t j = i + 1; j < n; ++j) {
      if (row[j] == 0) continue;
      throw UserError(name + ": query " + std::to_string(i) + " attends to the later key " +
                      std::to_string(j) + " with " + number(row[j]) +
                      "; causal attention is 0 above the diagonal");
    }
    if (!(std::abs(sum - 1) <= kSumTolerance)) {
      throw UserError(name + ": row " + std::to_string(i) + " sums to " + number(sum) +
                      "; rows must sum to 1 within " + number(kSumTolerance) +
                      ": give the softmax without dropout");
    }
  }
}

void check_layer(const LayerAttention& layer) {
  if (layer.n < 1)
    throw UserError("attention over " + std::to_string(layer.n) + " positions; at least 1 is needed");
  if (layer.heads < 1)
    throw UserError("a layer of " + std::to_string(layer.heads) + " heads; at least 1 is needed");
  check(std::ssize(layer.attention) == layer.heads * layer.n * layer.n, "attention is not [heads][n][n]");
  check(std::ssize(layer.importance) == layer.heads, "importance is not [heads]");
  const std::int64_t vectors = layer.heads * layer.n * layer.columns;
  check(layer.values.empty() || std::ssize(layer.values) == vectors, "values are not [heads][n][columns]");
  check(layer.outputs.empty() || std::ssize(layer.outputs) == vectors, "outputs are not [heads][n][columns]");
  check_importance(layer.importance);
  check_finite("value vectors", layer.values);
  check_finite("head outputs", layer.outputs);
  const auto count = static_cast<std::size_t>(layer.n * layer.n);
  for (std::int64_t h = 0; h < layer.heads; ++h) {
    check_attention("attention of head " + std::to_string(h),
                    layer.attention.subspan(static_cast<std::size_t>(h) * count, count), layer.n);
  }
}

void check_options(const MeasureOptions& options, std::int64_t n) {
  if (options.horizon < 1 || options.horizon > kMaxHorizon) {
    throw UserError("horizon is " + std::to_string(options.horizon) + "; allowed are 1 to " +
                    std::to_string(kMaxHorizon) + " steps");
  }
  if (options.needed_keys.empty()) return;
  check(std::ssize(options.needed_keys) == n, "needed keys are not [n]");
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t key = options.needed_keys[static_cast<std::size_t>(i)];
    if (key < -1 || key > i) {
      throw UserError("position " + std::to_string(i) + " needs key " + std::to_string(key) +
                      "; allowed are -1 (none) to " + std::to_string(i) + ", the past");
    }
  }
}

}  // namespace headsweep::metrics
