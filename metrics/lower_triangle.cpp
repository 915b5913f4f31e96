#include "metrics/lower_triangle.h"

#include <algorithm>

#include "errors/check.h"
#include "metrics/wide_vectors.h"

namespace headsweep::metrics {
namespace {

// result[0..i+3] += the contribution of rows i ... i+3, which start at `entries` one behind the other.
// Four rows at once quarter the traffic on `result`, which is what limits this loop.
HEADSWEEP_WIDE_VECTORS void add_four_rows(const double* weights, const double* entries, std::int64_t i,
                                          double* __restrict result) {
  const double w0 = weights[0];
  const double w1 = weights[1];
  const double w2 = weights[2];
  const double w3 = weights[3];
  const double* row0 = entries;
  const double* row1 = row0 + i + 1;
  const double* row2 = row1 + i + 2;
  const double* row3 = row2 + i + 3;
  for (std::int64_t j = 0; j <= i; ++j) {
    result[j] += (w0 * row0[j] + w1 * row1[j]) + (w2 * row2[j] + w3 * row3[j]);
  }
  result[i + 1] += w1 * row1[i + 1] + (w2 * row2[i + 1] + w3 * row3[i + 1]);
  result[i + 2] += w2 * row2[i + 2] + w3 * row3[i + 2];
  result[i + 3] += w3 * row3[i + 3];
}

HEADSWEEP_WIDE_VECTORS void add_row(double weight, const double* entries, std::int64_t count,
                                    double* __restrict result) {
  for (std::int64_t j = 0; j < count; ++j) result[j] += weight * entries[j];
}

}  // namespace

LowerTriangle::LowerTriangle(std::int64_t size) : size_(size), packed_(start(size)) {}

LowerTriangle LowerTriangle::from_dense(std::span<const double> dense, std::int64_t size) {
  check(std::ssize(dense) == size * size, "dense matrix has another size");
  LowerTriangle triangle(size);
  for (std::int64_t i = 0; i < size; ++i) {
    std::copy_n(dense.begin() + i * size, i + 1, triangle.row(i).begin());
  }
  return triangle;
}

void LowerTriangle::add(double weight, const LowerTriangle& other) {
  check(other.size_ == size_, "triangles of different sizes");
  add_row(weight, other.packed_.data(), std::ssize(packed_), packed_.data());
}

void multiply_row(std::span<const double> row, const LowerTriangle& matrix, std::span<double> result) {
  const std::int64_t count = std::ssize(row);
  check(count <= matrix.size() && std::ssize(result) == count, "row and triangle do not fit");
  std::ranges::fill(result, 0.0);
  const double* entries = matrix.entries().data();
  std::int64_t i = 0;
  // What does not fill a block of four is left to the shortest rows.
  for (; i < count % 4; entries += i + 1, ++i) {
    add_row(row[static_cast<std::size_t>(i)], entries, i + 1, result.data());
  }
  for (; i < count; entries += 4 * i + 10, i += 4) {
    const double* weights = row.data() + i;
    if (weights[0] == 0 && weights[1] == 0 && weights[2] == 0 && weights[3] == 0) continue;
    add_four_rows(weights, entries, i, result.data());
  }
}

LowerTriangle multiply(const LowerTriangle& left, const LowerTriangle& right) {
  check(left.size() == right.size(), "triangles of different sizes");
  LowerTriangle product(left.size());
  for (std::int64_t i = 0; i < left.size(); ++i) multiply_row(left.row(i), right, product.row(i));
  return product;
}

}  // namespace headsweep::metrics
