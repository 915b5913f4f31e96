// The 64-bit hash that every row carries, so that `verify` finds a changed bit that SQLite's own check does not.
//
// Taken over the names and values of the columns that are not NULL, in the order of their names: it does not change
// when a column is added to the table or when columns are stored in another order. Each step is a bijection of the
// hash so far (the finaliser of MurmurHash3), so one changed value always changes the result; several do with
// probability 1 - 2^-64. Not meant against forgery.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "results/table.h"

namespace headsweep::results {

class RowHash {
 public:
  // `columns`: names of the values, in the order in which rows are given.
  explicit RowHash(std::span<const std::string> columns);

  // `row` has one value a column.
  [[nodiscard]] std::int64_t operator()(std::span<const Cell> row) const;

  // The same step by step, for who does something else with each value meanwhile: from 0 on, over the positions in
  // order().
  [[nodiscard]] std::span<const std::size_t> order() const { return order_; }
  [[nodiscard]] std::uint64_t with(std::uint64_t hash, std::size_t position, const Cell& cell) const;

 private:
  std::vector<std::size_t> order_;          // positions in the order of names
  std::vector<std::uint64_t> name_hashes_;  // by position
};

}  // namespace headsweep::results
