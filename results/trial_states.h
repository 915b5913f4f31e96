// What a person does to the trials of a store between runs: `headsweep retry` and `headsweep cancel`.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/messages.h"
#include "results/store.h"

namespace headsweep::results {

// Kind of the event that a retried trial leaves: failures before it no longer count against its retries.
inline constexpr std::string_view kRetriedEvent = "retried";

// Puts failed trials back in the plan, with all their retries before them; `trials` may name cancelled ones too. Empty:
// every failed trial. Returns how many. Throws UserError, having changed nothing, if one of them is unknown or neither
// failed nor cancelled.
std::int64_t retry_trials(OwnedStore& store, std::span<const protocol::TrialId> trials);

// Of these keys those of trials that are done. Throws UserError.
std::set<std::string> done_among(OwnedStore& store, const std::vector<std::string>& keys);

// Takes planned trials out of the plan. Empty: every planned one. Returns how many. Throws UserError, having changed
// nothing, if one of them is unknown or not planned.
std::int64_t cancel_trials(OwnedStore& store, std::span<const protocol::TrialId> trials);

}  // namespace headsweep::results
