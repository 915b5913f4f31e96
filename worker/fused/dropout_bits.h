// Dropout decisions as bits: one an element, 1 where it is kept, from the counter-based numbers that
// worker/trainer/dropout_mask.h defines (equal decisions, bit for bit).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace headsweep::fused {

struct DropoutPlace {
  std::uint32_t seed;
  std::uint32_t step;
  std::uint32_t layer;
};

// Readable bytes that readers of bits may touch behind the last one.
inline constexpr std::size_t kBitSlack = 8;

// Bytes of one key's row of attention bits: its queries, padded to kPad.
std::size_t attention_bit_stride(std::size_t length);

// Bytes of the bits of one attention matrix, slack included.
std::size_t attention_bit_bytes(std::size_t length);

// The decisions of matrix (row, head), length x length, keys up to the query: bit query % 8 of
// bits[key * attention_bit_stride(length) + query / 8] is 1 iff its 16 random bits are at least `threshold`. Bits of
// keys after their query are arbitrary. `bits` has attention_bit_bytes(length). Requires
// batch rows * length * ceil(length / 8) < 2^32. Thread-safe.
void draw_attention_bits(const DropoutPlace& place, std::uint32_t threshold, std::size_t row,
                         std::size_t head, std::size_t length, std::span<std::uint8_t> bits);

// Bytes of the bits of elements first .. first + count - 1 and of those before them in the first block of 8.
std::size_t element_bit_bytes(std::size_t first, std::size_t count);

// The decisions of elements first .. first + count - 1 of the MLP's output [batch, length, width] as one row: element
// first + i is bit first % 8 + i of `bits`, which has element_bit_bytes(first, count). Thread-safe.
void draw_element_bits(const DropoutPlace& place, std::uint32_t threshold, std::size_t first,
                       std::size_t count, std::span<std::uint8_t> bits);

}  // namespace headsweep::fused
