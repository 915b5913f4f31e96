// One step of the two walks on a vector over positions, in place: no second vector, each edge visited once.
//
// Values below kNegligible become zero, so that the part a walk has left behind costs nothing (and no denormal
// arithmetic).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "graphs/causal_graph.h"

namespace headsweep::graphs {

inline constexpr double kNegligible = 1e-300;

enum class Weights : std::uint8_t { kAttention, kFlow };

// values[j] = sum over i >= j of weight(i, j) values[i]: a row vector times the matrix. With attention it moves the
// mass of the backward walk; with flow it is the expectation over one step of the forward walk.
void sum_over_queries(const CausalGraph& graph, Weights weights, std::span<double> values);

// values[i] = sum over j <= i of c(i, j) values[j]: the expectation over one step of the backward walk.
void sum_over_keys(const CausalGraph& graph, std::span<double> values);

// Steps of walks without a horizon: 10^6, fewer where a step is dear (2 * 10^10 edge visits in all, but at least 100).
std::int64_t step_limit(const CausalGraph& graph, std::optional<std::int64_t> horizon);

}  // namespace headsweep::graphs
