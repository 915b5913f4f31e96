#include "metrics/nulls.h"

#include <algorithm>
#include <utility>

#include "errors/check.h"
#include "random/counter_random.h"

namespace headsweep::metrics {
namespace {

std::vector<double> zeros(std::int64_t n) {
  check(n >= 1, "attention over no positions");
  return std::vector<double>(static_cast<std::size_t>(n * n));
}

// Fisher-Yates on row[0 .. count-1]; `index` of element 0 in the counter of the random numbers.
void shuffle(double* row, std::int64_t count, std::uint32_t seed, std::uint32_t head, std::uint32_t draw,
             std::uint64_t index) {
  for (std::int64_t last = count - 1; last >= 1; --last) {
    const random::Block bits = random::random_block(seed, random::Purpose::kPermutedNull, head, draw,
                                                    index + static_cast<std::uint64_t>(last));
    std::swap(row[last], row[random::uniform_below(bits[0], static_cast<std::uint32_t>(last + 1))]);
  }
}

}  // namespace

std::vector<double> uniform_attention(std::int64_t n) {
  std::vector<double> attention = zeros(n);
  for (std::int64_t i = 0; i < n; ++i)
    std::fill_n(attention.begin() + i * n, i + 1, 1 / static_cast<double>(i + 1));
  return attention;
}

std::vector<double> identity_attention(std::int64_t n) {
  std::vector<double> attention = zeros(n);
  for (std::int64_t i = 0; i < n; ++i) attention[static_cast<std::size_t>(i * n + i)] = 1;
  return attention;
}

std::vector<double> previous_token_attention(std::int64_t n) {
  std::vector<double> attention = zeros(n);
  for (std::int64_t i = 0; i < n; ++i)
    attention[static_cast<std::size_t>(i * n + std::max<std::int64_t>(i - 1, 0))] = 1;
  return attention;
}

std::vector<double> permuted_attention(std::span<const double> attention, std::int64_t heads, std::int64_t n,
                                       const PermutedDraw& draw) {
  check(std::ssize(attention) == heads * n * n, "attention is not [heads][n][n]");
  check(heads < (1 << 16), "more heads than the random numbers are laid out for");
  std::vector<double> permuted(attention.begin(), attention.end());
  for (std::int64_t h = 0; h < heads; ++h) {
    const std::uint32_t head = draw.layer << 16 | static_cast<std::uint32_t>(h);
    for (std::int64_t i = 2; i < n; ++i) {
      const std::uint64_t row =
          std::uint64_t{draw.sequence} * static_cast<std::uint64_t>(n) + static_cast<std::uint64_t>(i);
      shuffle(permuted.data() + (h * n + i) * n, i, draw.seed, head, draw.draw,
              row * static_cast<std::uint64_t>(n));
    }
  }
  return permuted;
}

std::vector<double> crossed_attention(std::span<const std::span<const double>> sequences, std::int64_t heads,
                                      std::int64_t n, std::int64_t s) {
  const std::int64_t count = std::ssize(sequences);
  check(s >= 0 && s < count, "no such sequence");
  std::vector<double> crossed;
  crossed.reserve(static_cast<std::size_t>(heads * n * n));
  for (std::int64_t h = 0; h < heads; ++h) {
    const std::span<const double> source = sequences[static_cast<std::size_t>((s + h) % count)];
    check(std::ssize(source) == heads * n * n, "attention is not [heads][n][n]");
    const auto head = source.subspan(static_cast<std::size_t>(h * n * n), static_cast<std::size_t>(n * n));
    crossed.insert(crossed.end(), head.begin(), head.end());
  }
  return crossed;
}

}  // namespace headsweep::metrics
