#include "worker/fused/dropout_bits.h"

#include <vector>

#include "random/counter_random.h"
#include "tests/worker/fused/every_instruction_set.h"

namespace headsweep::fused {
namespace {

constexpr DropoutPlace kPlace{.seed = 11, .step = 5, .layer = 2};
constexpr std::uint32_t kThreshold = 20000;

// The slow twin: the 16 bits of element `number` of a block of 8.
std::uint32_t sixteen_bits(random::Purpose purpose, std::uint32_t b, std::uint64_t block,
                           std::size_t number) {
  const auto words = random::random_block(kPlace.seed, purpose, kPlace.step, b, block);
  return words[number / 2] >> (number % 2 * 16) & 0xffff;
}

bool bit(const std::vector<std::uint8_t>& bits, std::size_t index) {
  return (bits[index / 8] >> index % 8 & 1) != 0;
}

TEST(DropoutBits, OfAttentionFollowTheDefinition) {
  for_every_instruction_set([] {
    for (const std::size_t length : {1, 5, 8, 16, 17, 100}) {
      constexpr std::size_t kRow = 49;
      constexpr std::size_t kHead = 7;
      std::vector<std::uint8_t> bits(attention_bit_bytes(length));
      draw_attention_bits(kPlace, kThreshold, kRow, kHead, length, bits);
      for (std::size_t query = 0; query < length; ++query) {
        for (std::size_t key = 0; key <= query; ++key) {
          const std::uint64_t block = (kRow * length + query) * ((length + 7) / 8) + key / 8;
          const auto drawn =
              sixteen_bits(random::Purpose::kAttentionDropout, kPlace.layer << 16 | kHead, block, key % 8);
          ASSERT_EQ(bit(bits, key * attention_bit_stride(length) * 8 + query), drawn >= kThreshold)
              << "length " << length << " query " << query << " key " << key;
        }
      }
    }
  });
}

TEST(DropoutBits, OfElementsFollowTheDefinitionFromAnyElementOn) {
  for_every_instruction_set([] {
    for (const std::size_t first : {0, 3, 8, 6407}) {
      constexpr std::size_t kCount = 301;
      std::vector<std::uint8_t> bits(element_bit_bytes(first, kCount));
      draw_element_bits(kPlace, kThreshold, first, kCount, bits);
      for (std::size_t i = 0; i < kCount; ++i) {
        const auto drawn =
            sixteen_bits(random::Purpose::kMlpDropout, kPlace.layer, (first + i) / 8, (first + i) % 8);
        ASSERT_EQ(bit(bits, first % 8 + i), drawn >= kThreshold) << "element " << first + i;
      }
    }
  });
}

}  // namespace
}  // namespace headsweep::fused
