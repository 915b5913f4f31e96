#include "metrics/nulls.h"

#include <algorithm>

#include "errors/check.h"

namespace headsweep::metrics {
namespace {

std::vector<double> zeros(std::int64_t n) {
  check(n >= 1, "attention over no positions");
  return std::vector<double>(static_cast<std::size_t>(n * n));
}

}  // namespace

std::vector<double> uniform_attention(std::int64_t n) {
  std::vector<double> attention = zeros(n);
  for (std::int64_t i = 0; i < n; ++i)
    std::fill_n(attention.begin() + i * n, i + 1, 1 / static_cast<double>(i + 1));
  return attention;
}

std::vector<double> identity_attention(std::int64_t n) {
  std::vector<double> attention = zeros(n);
  for (std::int64_t i = 0; i < n; ++i) attention[static_cast<std::size_t>(i * n + i)] = 1;
  return attention;
}

std::vector<double> previous_token_attention(std::int64_t n) {
  std::vector<double> attention = zeros(n);
  for (std::int64_t i = 0; i < n; ++i)
    attention[static_cast<std::size_t>(i * n + std::max<std::int64_t>(i - 1, 0))] = 1;
  return attention;
}

}  // namespace headsweep::metrics
