#include "worker/trainer/dropout_mask.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "errors/check.h"
#include "random/counter_random.h"

namespace headsweep::trainer {
namespace {

constexpr std::size_t kElementsPerBlock = 8;

// One block's decisions. Compiled to a few vector instructions.
template <class T>
void decide(const std::uint32_t* words, std::uint32_t threshold, T scale, T* decisions) {
  for (std::size_t word = 0; word < kElementsPerBlock / 2; ++word) {
    decisions[2 * word] = (words[word] & 0xffffU) >= threshold ? scale : T{0};
    decisions[2 * word + 1] = (words[word] >> 16) >= threshold ? scale : T{0};
  }
}

// The random words of blocks base + offsets[i]. A loop without branches over independent blocks: the compiler
// makes it one vector lane a block.
void draw_blocks(random::Purpose purpose, std::uint32_t seed, std::uint32_t a, std::uint32_t b,
                 std::uint64_t base, const std::uint32_t* __restrict offsets, std::size_t count,
                 std::uint32_t* __restrict words) {
  for (std::size_t i = 0; i < count; ++i) {
    const random::Block block = random::random_block(seed, purpose, a, b, base + offsets[i]);
    for (std::size_t word = 0; word < block.size(); ++word) words[block.size() * i + word] = block[word];
  }
}

constexpr std::size_t kChunk = 256;  // blocks drawn at once: their words stay in the first-level cache
using ChunkWords = std::array<std::uint32_t, 4 * kChunk>;

}  // namespace

template <class T>
AttentionMaskFiller<T>::AttentionMaskFiller(std::int64_t length) : length_(length) {
  const std::int64_t blocks_per_query = (length + 7) / 8;
  for (std::int64_t query = 0; query < length; ++query) {
    for (std::int64_t block = 0; block <= query / 8; ++block) {
      blocks_.push_back(static_cast<std::uint32_t>(query * blocks_per_query + block));
    }
  }
}

template <class T>
void AttentionMaskFiller<T>::fill(const DropoutRule& rule, const DropoutPlace& place, std::int64_t row,
                                  std::int64_t head, std::span<T> matrix) const {
  const auto length = static_cast<std::size_t>(length_);
  const std::size_t blocks_per_query = (length + kElementsPerBlock - 1) / kElementsPerBlock;
  const std::uint64_t base = static_cast<std::uint64_t>(row) * length * blocks_per_query;
  const std::uint32_t layer_and_head = place.layer << 16 | static_cast<std::uint32_t>(head);
  const T scale = static_cast<T>(rule.scale);
  ChunkWords words;
  std::array<T, kElementsPerBlock> decisions;
  for (std::size_t first = 0; first < blocks_.size(); first += kChunk) {
    const std::size_t count = std::min(kChunk, blocks_.size() - first);
    draw_blocks(random::Purpose::kAttentionDropout, place.seed, place.step, layer_and_head, base,
                &blocks_[first], count, words.data());
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t query = blocks_[first + i] / blocks_per_query;
      const std::size_t key = blocks_[first + i] % blocks_per_query * kElementsPerBlock;
      T* const place_in_row = &matrix[query * length + key];
      if (key + kElementsPerBlock <= length) {
        decide(&words[4 * i], rule.threshold, scale, place_in_row);
      } else {
        decide(&words[4 * i], rule.threshold, scale, decisions.data());
        std::copy_n(decisions.begin(), length - key, place_in_row);
      }
    }
  }
}

template <class T>
void fill_mlp_mask(const DropoutRule& rule, const DropoutPlace& place, std::int64_t first,
                   std::span<T> mask) {
  check(first % static_cast<std::int64_t>(kElementsPerBlock) == 0, "masks are filled by whole blocks");
  static constexpr auto kOffsets = [] {
    std::array<std::uint32_t, kChunk> offsets{};
    for (std::size_t i = 0; i < kChunk; ++i) offsets[i] = static_cast<std::uint32_t>(i);
    return offsets;
  }();
  const T scale = static_cast<T>(rule.scale);
  ChunkWords words;
  std::array<T, kElementsPerBlock> decisions;
  for (std::size_t begin = 0; begin < mask.size(); begin += kChunk * kElementsPerBlock) {
    const std::size_t elements = std::min(kChunk * kElementsPerBlock, mask.size() - begin);
    const std::size_t blocks = (elements + kElementsPerBlock - 1) / kElementsPerBlock;
    draw_blocks(random::Purpose::kMlpDropout, place.seed, place.step, place.layer,
                (static_cast<std::uint64_t>(first) + begin) / kElementsPerBlock, kOffsets.data(), blocks,
                words.data());
    for (std::size_t i = 0; i < blocks; ++i) {
      const std::size_t element = i * kElementsPerBlock;
      decide(&words[4 * i], rule.threshold, scale, decisions.data());
      std::copy_n(decisions.begin(), std::min(kElementsPerBlock, elements - element),
                  mask.begin() + static_cast<std::ptrdiff_t>(begin + element));
    }
  }
}

template class AttentionMaskFiller<float>;
template class AttentionMaskFiller<double>;
template void fill_mlp_mask(const DropoutRule&, const DropoutPlace&, std::int64_t, std::span<float>);
template void fill_mlp_mask(const DropoutRule&, const DropoutPlace&, std::int64_t, std::span<double>);

}  // namespace headsweep::trainer
