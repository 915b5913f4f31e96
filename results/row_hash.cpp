#include "results/row_hash.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <string_view>

#include "errors/check.h"

namespace headsweep::results {
namespace {

static_assert(std::endian::native == std::endian::little, "text is hashed in little-endian words");

// Tags keep equal bits of different types apart.
constexpr std::uint64_t kIntegerTag = 1;
constexpr std::uint64_t kRealTag = 2;
constexpr std::uint64_t kTextTag = 3;

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  std::uint64_t x = hash ^ word;
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdU;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53U;
  return x ^ (x >> 33);
}

std::uint64_t mix_text(std::uint64_t hash, std::string_view text) {
  hash = mix(hash, text.size());
  while (!text.empty()) {
    std::uint64_t word = 0;
    const std::size_t size = std::min(text.size(), sizeof word);
    std::memcpy(&word, text.data(), size);
    hash = mix(hash, word);
    text.remove_prefix(size);
  }
  return hash;
}

std::uint64_t mix_cell(std::uint64_t hash, const Cell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) {
    return mix(mix(hash, kIntegerTag), std::bit_cast<std::uint64_t>(*integer));
  }
  if (const auto* real = std::get_if<double>(&cell)) {
    return mix(mix(hash, kRealTag), std::bit_cast<std::uint64_t>(*real));
  }
  return mix_text(mix(hash, kTextTag), std::get<std::string>(cell));
}

}  // namespace

RowHash::RowHash(std::span<const std::string> columns) : order_(columns.size()) {
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::ranges::sort(order_, {}, [&](std::size_t position) { return columns[position]; });
  for (const std::string& name : columns) name_hashes_.push_back(mix_text(0, name));
}

std::uint64_t RowHash::with(std::uint64_t hash, std::size_t position, const Cell& cell) const {
  if (std::holds_alternative<std::monostate>(cell)) return hash;
  return mix_cell(mix(hash, name_hashes_[position]), cell);
}

std::int64_t RowHash::operator()(std::span<const Cell> row) const {
  check(row.size() == order_.size(), "row and columns differ in number");
  std::uint64_t hash = 0;
  for (const std::size_t position : order_) hash = with(hash, position, row[position]);
  return std::bit_cast<std::int64_t>(hash);
}

}  // namespace headsweep::results
