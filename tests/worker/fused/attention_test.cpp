#include "worker/fused/attention.h"

#include <cmath>

#include "tests/worker/fused/every_instruction_set.h"
#include "tests/worker/fused/sample_numbers.h"
#include "worker/fused/dropout_bits.h"

namespace headsweep::fused {
namespace {

AttentionShape shape_of(std::size_t length, std::size_t head_width, std::vector<std::size_t> blocks) {
  const std::size_t query_width = (blocks.back() + 1) * head_width;
  const std::size_t value_width = blocks.size() * head_width;
  return {length, head_width, std::move(blocks), padded(query_width), padded(value_width)};
}

// The slow twin, in double precision, one element after the other.
class Reference {
 public:
  Reference(const AttentionShape& shape, const VisibleKeys& visible, const AlignedFloats& projected,
            const AttentionRecord& record)
      : shape_(shape), visible_(visible), projected_(projected), record_(record) {}

  double query(std::size_t head, std::size_t i, std::size_t c) const {
    return at(i, shape_.key_column(head) - shape_.query_columns + c);
  }
  double key(std::size_t head, std::size_t j, std::size_t c) const {
    return at(j, shape_.key_column(head) + c);
  }
  double value(std::size_t head, std::size_t j, std::size_t c) const {
    return at(j, shape_.value_column(head) + c);
  }

  // Weights of one query over itself and earlier keys; zero where it does not see them.
  std::vector<double> weights(std::size_t head, std::size_t i) const {
    std::vector<double> weights(i + 1);
    double sum = 0;
    for (std::size_t j = 0; j <= i; ++j) {
      if (!sees(head, i, j)) continue;
      double score = 0;
      for (std::size_t c = 0; c < shape_.head_width; ++c) score += query(head, i, c) * key(head, j, c);
      weights[j] = std::exp(score / std::sqrt(static_cast<double>(shape_.head_width)));
      sum += weights[j];
    }
    for (double& weight : weights) weight /= sum;
    return weights;
  }

  // What dropout makes of a weight: zero or the scale.
  double mask(std::size_t head, std::size_t i, std::size_t j) const {
    if (record_.keep.empty()) return 1;
    const std::uint8_t* const bits = record_.keep.data() + head * attention_bit_bytes(shape_.length);
    return is_set(bits, i, j) ? static_cast<double>(record_.dropout_scale) : 0;
  }

 private:
  bool sees(std::size_t head, std::size_t i, std::size_t j) const {
    const std::uint8_t* const bits = visible_.of_head(head);
    return bits == nullptr || is_set(bits, i, j);
  }
  bool is_set(const std::uint8_t* bits, std::size_t i, std::size_t j) const {
    return (bits[j * attention_bit_stride(shape_.length) + i / 8] >> i % 8 & 1) != 0;
  }
  double at(std::size_t row, std::size_t column) const {
    return static_cast<double>(projected_[row * shape_.projected_columns() + column]);
  }

  const AttentionShape& shape_;
  const VisibleKeys& visible_;
  const AlignedFloats& projected_;
  const AttentionRecord& record_;
};

std::vector<double> reference_outputs(const AttentionShape& shape, const Reference& reference) {
  std::vector<double> outputs(shape.length * shape.value_columns);
  for (std::size_t head = 0; head < shape.heads(); ++head) {
    for (std::size_t i = 0; i < shape.length; ++i) {
      const auto weights = reference.weights(head, i);
      for (std::size_t j = 0; j <= i; ++j) {
        for (std::size_t c = 0; c < shape.head_width; ++c) {
          outputs[i * shape.value_columns + head * shape.head_width + c] +=
              weights[j] * reference.mask(head, i, j) * reference.value(head, j, c);
        }
      }
    }
  }
  return outputs;
}

std::vector<double> reference_gradient(const AttentionShape& shape, const Reference& reference,
                                       const AlignedFloats& d_outputs) {
  const std::size_t columns = shape.projected_columns();
  const double root = std::sqrt(static_cast<double>(shape.head_width));
  std::vector<double> gradient(shape.length * columns);
  for (std::size_t head = 0; head < shape.heads(); ++head) {
    const std::size_t key_column = shape.key_column(head);
    for (std::size_t i = 0; i < shape.length; ++i) {
      const auto weights = reference.weights(head, i);
      std::vector<double> d_weights(i + 1);
      double mean = 0;
      for (std::size_t j = 0; j <= i; ++j) {
        for (std::size_t c = 0; c < shape.head_width; ++c) {
          const double d =
              static_cast<double>(d_outputs[i * shape.value_columns + head * shape.head_width + c]) *
              reference.mask(head, i, j);
          d_weights[j] += d * reference.value(head, j, c);
          gradient[j * columns + shape.value_column(head) + c] += weights[j] * d;
        }
        mean += weights[j] * d_weights[j];
      }
      for (std::size_t j = 0; j <= i; ++j) {
        const double d_score = weights[j] * (d_weights[j] - mean) / root;
        for (std::size_t c = 0; c < shape.head_width; ++c) {
          gradient[i * columns + key_column - shape.query_columns + c] += d_score * reference.key(head, j, c);
          gradient[j * columns + key_column + c] += d_score * reference.query(head, i, c);
        }
      }
    }
  }
  return gradient;
}

void expect_attention(const AttentionShape& shape, std::uint32_t threshold, const VisibleKeys& visible = {}) {
  // Queries, keys and values of different sizes; zero where nothing belongs to a head.
  AlignedFloats projected(shape.padded_length() * shape.projected_columns());
  AlignedFloats d_outputs(shape.padded_length() * shape.value_columns);
  const std::size_t query_width = (shape.query_key_block.back() + 1) * shape.head_width;
  const std::size_t value_width = shape.heads() * shape.head_width;
  for (std::size_t i = 0; i < shape.length; ++i) {
    float* const row = projected.data() + i * shape.projected_columns();
    for (std::size_t c = 0; c < query_width; ++c) {
      row[c] = 3 * sample(1, i * query_width + c);
      row[shape.query_columns + c] = sample(2, i * query_width + c);
    }
    for (std::size_t c = 0; c < value_width; ++c) {
      row[2 * shape.query_columns + c] = sample(3, i * value_width + c);
      d_outputs[i * shape.value_columns + c] = sample(4, i * value_width + c);
    }
  }
  AttentionRecord record(shape, threshold > 0, 1 / (1 - static_cast<float>(threshold) / 65536));
  const std::size_t bytes = attention_bit_bytes(shape.length);
  for (std::size_t head = 0; threshold > 0 && head < shape.heads(); ++head) {
    draw_attention_bits({7, 3, 1}, threshold, 2, head, shape.length,
                        std::span(record.keep).subspan(head * bytes, bytes));
  }
  AttentionScratch scratch(shape);
  AlignedFloats outputs(d_outputs.size());
  AlignedFloats gradient(projected.size());
  for (int repetition = 0; repetition < 2;
       ++repetition) {  // what a call leaves in the scratch must not matter
    attention_forward(shape, visible, projected.data(), record, scratch, outputs.data());
    attention_backward(shape, visible, projected.data(), outputs.data(), record, d_outputs.data(), scratch,
                       gradient.data());
  }
  const Reference reference(shape, visible, projected, record);
  const auto expected = reference_outputs(shape, reference);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(outputs[i]), expected[i], 3e-6) << "output " << i;
  }
  const auto expected_gradient = reference_gradient(shape, reference, d_outputs);
  for (std::size_t i = 0; i < expected_gradient.size(); ++i) {
    ASSERT_NEAR(static_cast<double>(gradient[i]), expected_gradient[i], 2e-5)
        << "gradient row " << i / shape.projected_columns() << " column " << i % shape.projected_columns();
  }
}

TEST(Attention, FollowsTheFormulaForAnyShape) {
  for_every_instruction_set([] {
    for (const std::size_t length : {1, 7, 16, 17, 33, 100}) {
      for (const std::size_t head_width : {1, 4, 5, 8, 16, 20}) {
        SCOPED_TRACE(std::to_string(length) + " positions, heads " + std::to_string(head_width) + " wide");
        expect_attention(shape_of(length, head_width, {0, 1, 2}), 0);
        expect_attention(shape_of(length, head_width, {0, 1}), 20000);
      }
    }
  });
}

TEST(Attention, TiedHeadsShareQueriesAndKeys) {
  for_every_instruction_set([] {
    for (const std::size_t head_width : {4, 6, 8})
      expect_attention(shape_of(21, head_width, {0, 0, 0, 1, 2}), 10000);
  });
}

TEST(Attention, GraphsHideKeys) {
  for_every_instruction_set([] {
    for (const std::string graph : {"window", "dilated", "random"}) {
      for (const std::size_t head_width : {4, 8, 16}) {
        for (const bool shared : {false, true}) {
          SCOPED_TRACE(graph + ", heads " + std::to_string(head_width) + " wide" +
                       (shared ? ", shared" : ""));
          trial::Settings settings;
          settings.model.length = 37;
          settings.model.heads = 3;
          settings.diversity.graph = graph;
          settings.diversity.graph_shared = shared;
          settings.diversity.graph_connect = "none";
          settings.diversity.graph_window = 5;
          const VisibleKeys visible(settings);
          expect_attention(shape_of(37, head_width, {0, 1, 2}), 0, visible);
          expect_attention(shape_of(37, head_width, {0, 1, 2}), 20000, visible);
        }
      }
    }
  });
}

}  // namespace
}  // namespace headsweep::fused
