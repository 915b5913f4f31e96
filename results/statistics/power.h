// Whether a sweep has seeds enough for its tests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sweep/plan.h"

namespace headsweep::results {

// Tests of the confirmatory family: [analysis] primary x arms with a baseline.
std::int64_t confirmatory_tests(const sweep::Plan& plan);

// One line if the smallest p-value that so many seeds can have, 2^(1-n), is above what Holm's correction asks of the
// first test of the family: then nothing can be rejected, whatever the results. Nothing for a sweep without tests, or with
// [replicate], whose result is an interval.
std::optional<std::string> too_few_seeds(const sweep::Plan& plan);

}  // namespace headsweep::results
