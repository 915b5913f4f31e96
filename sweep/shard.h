// A part of a plan, for jobs that share a sweep without sharing a store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sweep/plan.h"

namespace headsweep::sweep {

inline constexpr std::int64_t kMostShards = 10'000;

// The `index`-th of `count`, counted from 1. Which trials it holds follows from their keys alone: shards are disjoint,
// together they are the plan, and a plan that grows leaves every trial in its shard.
struct Shard {
  std::int64_t index;
  std::int64_t count;

  [[nodiscard]] bool holds(std::string_view key) const;
  friend bool operator==(const Shard&, const Shard&) = default;
};

// "2/4"; nothing for other text.
std::optional<Shard> parse_shard(std::string_view text);
std::string to_text(const Shard& shard);

// Leaves only the shard's trials, with the numbers they have in the whole plan.
void take_shard(Plan& plan, const Shard& shard);

}  // namespace headsweep::sweep
