#include "results/row_hash.h"

#include <bit>

#include <gtest/gtest.h>

namespace headsweep::results {
namespace {

const std::vector<std::string> kColumns = {"trial", "loss", "device"};
const std::vector<Cell> kRow = {std::int64_t{7}, 0.1, "cpu"};

TEST(RowHash, SeesEveryBitOfEveryValue) {
  const RowHash hash(kColumns);
  for (int bit = 0; bit < 64; ++bit) {
    const auto flip = std::uint64_t{1} << bit;
    std::vector<Cell> integer = kRow;
    integer[0] = std::bit_cast<std::int64_t>(std::bit_cast<std::uint64_t>(std::int64_t{7}) ^ flip);
    EXPECT_NE(hash(integer), hash(kRow)) << "bit " << bit;
    std::vector<Cell> real = kRow;
    real[1] = std::bit_cast<double>(std::bit_cast<std::uint64_t>(0.1) ^ flip);
    EXPECT_NE(hash(real), hash(kRow)) << "bit " << bit;
  }
  for (std::size_t i = 0; i < 24; ++i) {
    std::string text = "cpu";
    text[i / 8] = static_cast<char>(text[i / 8] ^ (1 << (i % 8)));
    EXPECT_NE(hash(std::vector<Cell>{std::int64_t{7}, 0.1, text}), hash(kRow));
  }
}

TEST(RowHash, TellsColumnsTypesAndLengthsApart) {
  const std::vector<std::string> names = {"a", "b"};
  const RowHash hash(names);
  EXPECT_NE(hash(std::vector<Cell>{1.5, Cell()}), hash(std::vector<Cell>{Cell(), 1.5}));
  EXPECT_NE(hash(std::vector<Cell>{std::int64_t{1}, Cell()}), hash(std::vector<Cell>{1.0, Cell()}));
  EXPECT_NE(hash(std::vector<Cell>{std::string("x"), Cell()}),
            hash(std::vector<Cell>{std::string("x\0", 2), Cell()}));
  EXPECT_NE(hash(std::vector<Cell>{std::string(), Cell()}), hash(std::vector<Cell>{Cell(), Cell()}));
}

TEST(RowHash, DoesNotChangeWithOrderOrNewEmptyColumns) {
  const RowHash hash(kColumns);
  const std::vector<std::string> other_columns = {"device", "added", "trial", "loss"};
  const RowHash other(other_columns);
  EXPECT_EQ(other(std::vector<Cell>{"cpu", Cell(), std::int64_t{7}, 0.1}), hash(kRow));
}

}  // namespace
}  // namespace headsweep::results
