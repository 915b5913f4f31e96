// Some of the sequences of a batch: what a member of a gang trains on.
#pragma once

#include <cstdint>

#include "trial/settings.h"

namespace headsweep::trainer {

// Rows first .. first + count - 1 of a batch.
struct RowRange {
  std::int64_t first;
  std::int64_t count;
};

inline RowRange all_rows(const trial::Settings& settings) {
  return {0, settings.training.batch};
}

// Shares that differ by at most one row and follow each other. Requires members <= batch.
inline RowRange rows_of_member(const trial::Settings& settings, std::int64_t member, std::int64_t members) {
  const auto begin = [&](std::int64_t number) { return number * settings.training.batch / members; };
  return {begin(member), begin(member + 1) - begin(member)};
}

}  // namespace headsweep::trainer
