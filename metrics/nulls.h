// What a metric reads where there is nothing to find: reference attention to set beside every measured value.
//
// All matrices are dense row-major double, rows summing to one, causal. The nulls that need a model are in
// metrics/measured_nulls.h, but for the untrained one, which is a model itself.
#pragma once

#include <cstdint>
#include <vector>

namespace headsweep::metrics {

// [n][n]; n >= 1.
std::vector<double> uniform_attention(std::int64_t n);         // query i attends to keys 0 ... i equally
std::vector<double> identity_attention(std::int64_t n);        // every query attends to itself
std::vector<double> previous_token_attention(std::int64_t n);  // query i attends to i - 1, query 0 to itself

}  // namespace headsweep::metrics
