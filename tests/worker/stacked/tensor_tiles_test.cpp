// Programs that multiply on tensor cores, whole on the host: to the bit what a plain loop over factors rounded to TF32
// gives, and near float64.

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "random/counter_random.h"
#include "worker/stacked/host_runtime.h"
#include "worker/stacked/linear.h"
#include "worker/stacked/weight_gradient.h"

namespace headsweep::stacked {
namespace {

// Numbers in (-1, 1) at a boundary of 16 bytes.
class Numbers {
 public:
  Numbers(std::uint32_t seed, std::int64_t count) : buffer_(1, count) {
    for (std::int64_t i = 0; i < count; ++i) {
      const auto block =
          random::random_block(seed, random::Purpose::kInitialWeights, 0, 0, static_cast<std::uint64_t>(i));
      buffer_.get().base[i] = static_cast<float>(2 * random::uniform_open(block[0]) - 1);
    }
  }
  [[nodiscard]] PerTrial<float> get() { return buffer_.get(); }
  [[nodiscard]] PerTrial<const float> read() { return {get().base, get().stride}; }
  [[nodiscard]] float operator[](std::int64_t i) { return get().base[i]; }

 private:
  HostRuntime::Buffer<float> buffer_;
};

struct OneTrial {
  TrialRow row{};
  std::int32_t active = 0;
  [[nodiscard]] Trials get() const { return {&row, nullptr, &active}; }
};

// Twice the rounding of a factor, and the rounding of the sums.
double tolerance(double absolute_products, int depth) {
  return absolute_products * (std::ldexp(1.0, -10) + std::ldexp(1.0, -22) + depth * std::ldexp(1.0, -24));
}

TEST(RoundToTf32, KeepsTenBitsBehindThePointTiesAwayFromZero) {
  const float unit = std::ldexp(1.0F, -10);
  for (const float sign : {1.0F, -1.0F}) {
    EXPECT_EQ(round_to_tf32(sign * (1 + unit / 2)), sign * (1 + unit));
    EXPECT_EQ(round_to_tf32(sign * (1 + unit * 1.5F)), sign * (1 + 2 * unit));
    EXPECT_EQ(round_to_tf32(sign * std::nextafter(1 + unit / 2, 0.0F)), sign);
    EXPECT_EQ(round_to_tf32(sign * (2 - unit / 4)), sign * 2);
    EXPECT_EQ(round_to_tf32(sign * 0.0F), 0);
  }
  EXPECT_EQ(round_to_tf32(std::numeric_limits<float>::infinity()), std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(round_to_tf32(std::numeric_limits<float>::quiet_NaN())));
}

TEST(TensorTile, MultipliesWhatALoopDoes) {
  struct Shape {
    int rows;
    int depth;
    int columns;
  };
  for (const Shape& shape : {Shape{1, 4, 4}, {5, 8, 12}, {130, 64, 68}, {300, 36, 192}, {129, 20, 256}}) {
    Numbers in(1, std::int64_t{shape.rows} * shape.depth);
    Numbers weights(2, std::int64_t{shape.depth} * shape.columns);
    Numbers bias(3, shape.columns);
    Numbers out(4, std::int64_t{shape.rows} * shape.columns);
    const OneTrial trial;
    using Program = Linear<After::kBias, TensorTile>;
    HostRuntime::launch(
        Program{trial.get(),
                {shape.rows, shape.depth, shape.columns, shape.columns},
                {in.read(), weights.read(), bias.read(), out.get(), {}, {}}},
        {divide_up(shape.columns, Program::kColumns), divide_up(shape.rows, Program::kRows), 1},
        Program::kSharedBytes);
    for (int row = 0; row < shape.rows; ++row) {
      for (int column = 0; column < shape.columns; ++column) {
        float sum = 0;
        double exact = static_cast<double>(bias[column]);
        double absolute = std::abs(exact);
        for (int depth = 0; depth < shape.depth; ++depth) {
          const float left = in[std::int64_t{row} * shape.depth + depth];
          const float right = weights[std::int64_t{depth} * shape.columns + column];
          sum += round_to_tf32(left) * round_to_tf32(right);
          exact += static_cast<double>(left) * static_cast<double>(right);
          absolute += std::abs(static_cast<double>(left) * static_cast<double>(right));
        }
        const float own = out[std::int64_t{row} * shape.columns + column];
        ASSERT_EQ(own, sum + bias[column]) << row << ", " << column;
        ASSERT_NEAR(own, exact, tolerance(absolute, shape.depth));
      }
    }
  }
}

TEST(TensorWeightTile, SumsWhatALoopDoes) {
  struct Shape {
    int rows;
    int map_rows;     // columns of d_out
    int map_columns;  // of in; the true ones
  };
  for (const Shape& shape : {Shape{3, 4, 5}, {331, 68, 33}, {500, 64, 64}, {170, 192, 130}}) {
    const int in_columns = round_up(shape.map_columns, 4);
    Numbers d_out(5, std::int64_t{shape.rows} * shape.map_rows);
    Numbers in(6, std::int64_t{shape.rows} * in_columns);
    const std::int64_t bias = std::int64_t{shape.map_rows} * shape.map_columns;
    const std::int64_t stride = bias + shape.map_rows;
    Numbers chunks(7, kGradientChunks * stride);
    const OneTrial trial;
    using Program = WeightGradient<TensorWeightTile>;
    const int rows_of_chunk = round_up(divide_up(shape.rows, kGradientChunks), Program::kDepth);
    const MapParts parts{{{0, shape.map_rows, 0, bias}}, 1};
    HostRuntime::launch(
        Program{trial.get(), parts, shape.rows, rows_of_chunk, shape.map_rows, in_columns, shape.map_columns,
                d_out.read(), in.read(), chunks.get(), stride},
        {divide_up(shape.map_rows, Program::kSide) * divide_up(shape.map_columns, Program::kSide),
         kGradientChunks, 1},
        Program::kSharedBytes);
    for (int row = 0; row < shape.map_rows; ++row) {
      for (int column = 0; column < shape.map_columns; ++column) {
        double own = 0;
        double exact = 0;
        double absolute = 0;
        for (int chunk = 0; chunk < kGradientChunks; ++chunk) {
          float sum = 0;
          for (int r = chunk * rows_of_chunk; r < smaller(shape.rows, (chunk + 1) * rows_of_chunk); ++r) {
            const float left = d_out[std::int64_t{r} * shape.map_rows + row];
            const float right = in[std::int64_t{r} * in_columns + column];
            sum += round_to_tf32(left) * round_to_tf32(right);
            exact += static_cast<double>(left) * static_cast<double>(right);
            absolute += std::abs(static_cast<double>(left) * static_cast<double>(right));
          }
          const float of_chunk = chunks[chunk * stride + std::int64_t{row} * shape.map_columns + column];
          ASSERT_EQ(of_chunk, sum) << row << ", " << column << " of chunk " << chunk;
          own += static_cast<double>(of_chunk);
        }
        ASSERT_NEAR(own, exact, tolerance(absolute, rows_of_chunk));
      }
    }
  }
}

}  // namespace
}  // namespace headsweep::stacked
