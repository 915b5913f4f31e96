// Which trials diverged, in SQL.
#pragma once

#include <string_view>

namespace headsweep::results {

// Trials with an attempt whose loss was not finite. They may be done by another attempt: a rate counts those in state
// 'failed' only.
inline constexpr std::string_view kDivergedTrials =
    "SELECT trial FROM attempts WHERE state = 'failed' AND reason = 'diverged'";

}  // namespace headsweep::results
