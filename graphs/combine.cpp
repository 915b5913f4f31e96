#include "graphs/combine.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "errors/check.h"
#include "errors/user_error.h"
#include "graphs/number_text.h"

namespace headsweep::graphs {
namespace {

struct Entry {
  std::int32_t key;
  double attention;
  double flow;
};

// The edges of one query in all heads, ascending by key, heads in order.
void gather_row(std::span<const CausalGraph> heads, std::span<const double> weights, std::int64_t query,
                std::vector<Entry>& row) {
  row.clear();
  for (std::size_t h = 0; h < heads.size(); ++h) {
    if (weights[h] == 0) continue;
    const auto keys = heads[h].keys(query);
    const auto attention = heads[h].attention(query);
    const auto flow = heads[h].flow(query);
    const auto middle = static_cast<std::ptrdiff_t>(row.size());
    for (std::size_t e = 0; e < keys.size(); ++e) {
      row.push_back({keys[e], weights[h] * attention[e], weights[h] * flow[e]});
    }
    std::inplace_merge(row.begin(), row.begin() + middle, row.end(),
                       [](const Entry& a, const Entry& b) { return a.key < b.key; });
  }
}

}  // namespace

CausalGraph combine(std::span<const CausalGraph> heads, std::span<const double> weights) {
  check(!heads.empty() && heads.size() == weights.size(), "a head has a weight");
  if (heads.size() == 1) return heads.front();
  KeyRows rows;
  std::vector<double> attention;
  std::vector<double> flow;
  std::vector<Entry> row;
  for (std::int64_t i = 0; i < heads.front().size(); ++i) {
    gather_row(heads, weights, i, row);
    const std::size_t begin = rows.keys.size();
    for (const Entry& entry : row) {
      if (rows.keys.size() > begin && rows.keys.back() == entry.key) {
        attention.back() += entry.attention;
        flow.back() += entry.flow;
        continue;
      }
      rows.keys.push_back(entry.key);
      attention.push_back(entry.attention);
      flow.push_back(entry.flow);
    }
    rows.finish_row();
  }
  return {std::move(rows), std::move(attention), std::move(flow)};
}

void check_weights(std::span<const double> weights, std::size_t heads, std::string_view where) {
  const std::string begin = std::string(where) + ": ";
  if (weights.size() != heads) {
    throw UserError(begin + std::to_string(weights.size()) + " weights for " + std::to_string(heads) +
                    " heads; give one a head");
  }
  double sum = 0;
  for (const double weight : weights) {
    if (!(weight >= 0) || !std::isfinite(weight)) {
      throw UserError(begin + number_text(weight) + " is not a weight; allowed are numbers from 0 to 1");
    }
    sum += weight;
  }
  if (std::abs(sum - 1) > kSumTolerance) {
    throw UserError(begin + "the weights sum to " + number_text(sum) + "; they must sum to 1 within " +
                    number_text(kSumTolerance));
  }
}

}  // namespace headsweep::graphs
