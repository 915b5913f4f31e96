// Lower triangular matrices: what causal attention, its powers and its walks all are.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace headsweep::metrics {

// A square lower triangular matrix of doubles, packed row by row: (0,0), (1,0), (1,1), (2,0), ...
class LowerTriangle {
 public:
  // All zeros. Requires size >= 0.
  explicit LowerTriangle(std::int64_t size);

  // The lower triangle of a dense row-major [size][size] matrix; what lies above the diagonal is not read.
  static LowerTriangle from_dense(std::span<const double> dense, std::int64_t size);

  [[nodiscard]] std::int64_t size() const { return size_; }

  // Entries (i, 0) ... (i, i).
  [[nodiscard]] std::span<double> row(std::int64_t i) { return {packed_.data() + start(i), count(i)}; }
  [[nodiscard]] std::span<const double> row(std::int64_t i) const {
    return {packed_.data() + start(i), count(i)};
  }

  // Requires 0 <= j <= i < size().
  [[nodiscard]] double& at(std::int64_t i, std::int64_t j) {
    return packed_[start(i) + static_cast<std::size_t>(j)];
  }
  [[nodiscard]] double at(std::int64_t i, std::int64_t j) const {
    return packed_[start(i) + static_cast<std::size_t>(j)];
  }

  // All entries in packed order.
  [[nodiscard]] std::span<double> entries() { return packed_; }
  [[nodiscard]] std::span<const double> entries() const { return packed_; }

  // Adds weight * other, entry by entry. Requires equal sizes.
  void add(double weight, const LowerTriangle& other);

 private:
  static std::size_t start(std::int64_t i) { return static_cast<std::size_t>(i * (i + 1) / 2); }
  static std::size_t count(std::int64_t i) { return static_cast<std::size_t>(i + 1); }

  std::int64_t size_;
  std::vector<double> packed_;
};

// result[j] = sum over i >= j of row[i] * matrix(i, j), with i and j below row.size() <= matrix.size(): a row
// vector times the leading block. Zeros in `row` cost nothing in runs of four. The order of the sum does not
// depend on the instruction set. `result` has row.size() elements and must not overlap `row`.
void multiply_row(std::span<const double> row, const LowerTriangle& matrix, std::span<double> result);

// left * right. Requires equal sizes; n^3 / 6 multiplications.
LowerTriangle multiply(const LowerTriangle& left, const LowerTriangle& right);

}  // namespace headsweep::metrics
