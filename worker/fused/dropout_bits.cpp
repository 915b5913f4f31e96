// Philox4x32-10 (Salmon et al. 2011) in 64-bit lanes, one block a lane: vpmuludq and its kin multiply the low halves
// of 64-bit lanes and leave the whole product, so that the low word of a product needs no work, the high word one
// shift, and what is above the 32 bits of a word does no harm.
//
// Attention: 16 queries at a time for each block of 8 keys, which is the layout the attention kernels read.

#include "worker/fused/dropout_bits.h"

#include <array>
#include <cstring>

#include "random/counter_random.h"
#include "worker/fused/product.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "worker/fused/dropout_bits.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace headsweep::fused::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using WideTag = hn::ScalableTag<std::uint64_t>;
using WordTag = hn::ScalableTag<std::uint32_t>;
using Wide = hn::Vec<WideTag>;
using IntegerTag = hn::ScalableTag<std::int32_t>;
using Words = hn::Vec<WordTag>;

constexpr std::size_t kBlocksAtOnce = hn::MaxLanes(WordTag());

struct Stream {
  std::uint32_t seed;
  std::uint32_t purpose;
  std::uint32_t a;
  std::uint32_t b;
};

struct WideBlock {
  Wide word[4];
};

HWY_INLINE Wide product_of_low_words(Wide x, Wide y) {
  const WordTag words;
  return hn::MulEven(hn::BitCast(words, x), hn::BitCast(words, y));
}

// `index` in the low words; its high word is zero.
HWY_INLINE WideBlock philox(const Stream& stream, Wide index) {
  const WideTag d;
  const Wide multiplier0 = hn::Set(d, 0xD2511F53);
  const Wide multiplier1 = hn::Set(d, 0xCD9E8D57);
  WideBlock x = {{index, hn::Zero(d), hn::Set(d, stream.b), hn::Set(d, stream.a)}};
  std::uint32_t key0 = stream.seed;
  std::uint32_t key1 = stream.purpose;
  for (int round = 0; round < 10; ++round) {
    const Wide product0 = product_of_low_words(x.word[0], multiplier0);
    const Wide product1 = product_of_low_words(x.word[2], multiplier1);
    const Wide high0 = hn::ShiftRight<32>(product0);
    const Wide high1 = hn::ShiftRight<32>(product1);
    x = {{hn::Xor(high1, hn::Xor(x.word[1], hn::Set(d, key0))), product1,
          hn::Xor(high0, hn::Xor(x.word[3], hn::Set(d, key1))), product0}};
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  return x;
}

// Word w of kBlocksAtOnce blocks, one a lane.
struct BlockWords {
  Words word[4];
};

// `first`, `second`: the indices of two vectors of blocks.
HWY_INLINE BlockWords draw(const Stream& stream, Wide first, Wide second) {
  const WordTag words;
  const WideBlock low = philox(stream, first);
  const WideBlock high = philox(stream, second);
  BlockWords blocks;
  for (std::size_t w = 0; w < 4; ++w) {
    blocks.word[w] = hn::ConcatEven(words, hn::BitCast(words, high.word[w]), hn::BitCast(words, low.word[w]));
  }
  return blocks;
}

// Where the 16 bits of that half of a word are at least the threshold, given threshold - 1.
template <std::size_t kHalf>
HWY_INLINE hn::Mask<IntegerTag> kept(Words word, hn::Vec<IntegerTag> below_threshold) {
  const Words bits = kHalf == 0 ? hn::And(word, hn::Set(WordTag(), 0xffff)) : hn::ShiftRight<16>(word);
  return hn::Gt(hn::BitCast(IntegerTag(), bits), below_threshold);
}

// Bit i: lane i.
HWY_INLINE std::uint32_t to_bits(hn::Mask<IntegerTag> mask) {
  std::uint8_t bytes[8] = {};
  hn::StoreMaskBits(IntegerTag(), mask, bytes);
  std::uint32_t bits;
  std::memcpy(&bits, bytes, sizeof bits);
  return bits;
}

HWY_INLINE hn::Vec<IntegerTag> just_below(std::uint32_t threshold) {
  return hn::Set(IntegerTag(), static_cast<std::int32_t>(threshold) - 1);
}

void draw_attention_bits_here(const DropoutPlace& place, std::uint32_t threshold, std::size_t row,
                              std::size_t head, std::size_t length, std::uint8_t* bits) {
  const Stream stream{place.seed, static_cast<std::uint32_t>(random::Purpose::kAttentionDropout), place.step,
                      place.layer << 16 | static_cast<std::uint32_t>(head)};
  const auto below = just_below(threshold);
  const std::size_t stride = attention_bit_stride(length);
  const std::size_t blocks = (length + 7) / 8;
  for (std::size_t query = 0; query < length; query += kPad) {
    std::uint64_t first_block[kPad];
    for (std::size_t i = 0; i < kPad; ++i) first_block[i] = (row * length + query + i) * blocks;
    const std::size_t last_query = query + kPad < length ? query + kPad : length;
    for (std::size_t key = 0; key < last_query; key += 8) {
      std::uint32_t queries_of[8] = {};
      for (std::size_t group = 0; group < kPad; group += kBlocksAtOnce) {
        const Wide block = hn::Set(WideTag(), key / 8);
        const BlockWords drawn =
            draw(stream, hn::Add(hn::LoadU(WideTag(), first_block + group), block),
                 hn::Add(hn::LoadU(WideTag(), first_block + group + kBlocksAtOnce / 2), block));
        for (std::size_t w = 0; w < 4; ++w) {
          queries_of[2 * w] |= to_bits(kept<0>(drawn.word[w], below)) << group;
          queries_of[2 * w + 1] |= to_bits(kept<1>(drawn.word[w], below)) << group;
        }
      }
      for (std::size_t i = 0; i < 8; ++i) {
        const auto sixteen = static_cast<std::uint16_t>(queries_of[i]);
        std::memcpy(bits + (key + i) * stride + query / 8, &sixteen, sizeof sixteen);
      }
    }
  }
}

void draw_element_bits_here(const DropoutPlace& place, std::uint32_t threshold, std::size_t first_block,
                            std::size_t blocks, std::uint8_t* bits) {
  const IntegerTag d;
  const Stream stream{place.seed, static_cast<std::uint32_t>(random::Purpose::kMlpDropout), place.step,
                      place.layer};
  const auto below = just_below(threshold);
  for (std::size_t block = 0; block < blocks; block += kBlocksAtOnce) {
    const Wide index = hn::Iota(WideTag(), first_block + block);
    const BlockWords drawn = draw(stream, index, hn::Add(index, hn::Set(WideTag(), kBlocksAtOnce / 2)));
    hn::Vec<IntegerTag> eight = hn::Zero(d);  // the 8 decisions of a block
    for (std::size_t w = 0; w < 4; ++w) {
      eight = hn::Or(eight, hn::IfThenElseZero(kept<0>(drawn.word[w], below), hn::Set(d, 1 << 2 * w)));
      eight = hn::Or(eight, hn::IfThenElseZero(kept<1>(drawn.word[w], below), hn::Set(d, 2 << 2 * w)));
    }
    std::int32_t lanes[kBlocksAtOnce];
    hn::StoreU(eight, d, lanes);
    for (std::size_t i = 0; i < kBlocksAtOnce && block + i < blocks; ++i) {
      bits[block + i] = static_cast<std::uint8_t>(lanes[i]);
    }
  }
}

}  // namespace headsweep::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include "errors/check.h"

namespace headsweep::fused {

HWY_EXPORT(draw_attention_bits_here);
HWY_EXPORT(draw_element_bits_here);

std::size_t attention_bit_stride(std::size_t length) {
  return padded(length) / 8;
}

std::size_t attention_bit_bytes(std::size_t length) {
  return (length + 7) / 8 * 8 * attention_bit_stride(length) + kBitSlack;
}

void draw_attention_bits(const DropoutPlace& place, std::uint32_t threshold, std::size_t row,
                         std::size_t head, std::size_t length, std::span<std::uint8_t> bits) {
  check(bits.size() >= attention_bit_bytes(length), "room for the bits of an attention matrix");
  HWY_DYNAMIC_DISPATCH(draw_attention_bits_here)(place, threshold, row, head, length, bits.data());
}

std::size_t element_bit_bytes(std::size_t first, std::size_t count) {
  return (first % 8 + count + 7) / 8 + kBitSlack;
}

void draw_element_bits(const DropoutPlace& place, std::uint32_t threshold, std::size_t first,
                       std::size_t count, std::span<std::uint8_t> bits) {
  check(bits.size() >= element_bit_bytes(first, count), "room for the bits of these elements");
  HWY_DYNAMIC_DISPATCH(draw_element_bits_here)
  (place, threshold, first / 8, element_bit_bytes(first, count) - kBitSlack, bits.data());
}

}  // namespace headsweep::fused
#endif
