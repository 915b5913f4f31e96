// An update in parts: the gradients of the parts add up to that of the batch.
#include "worker/trainer/partial_step.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "tests/worker/trainer/small_trial.h"
#include "trial/key.h"
#include "trial/parameters.h"
#include "worker/trainer/dropout_tensors.h"
#include "worker/trainer/fused_step.h"

namespace headsweep::trainer {
namespace {

const std::vector<std::size_t> kOnly = {0};
constexpr std::int64_t kStep = 5;

BundleBuffers initial_buffers(const trial::Settings& settings, at::ScalarType dtype) {
  BundleBuffers buffers(1, trial::count_parameters(settings.model).total(), dtype, at::kCPU);
  buffers.parameters[0].copy_(initial_parameters(settings, at::kFloat, at::kCPU));
  return buffers;
}

double two_norm(const at::Tensor& tensor) {
  return tensor.to(at::kDouble).norm().item<double>();
}

PartOutcome operator+(const PartOutcome& a, const PartOutcome& b) {
  return {a.loss + b.loss, a.correct + b.correct, a.positions + b.positions, a.diversity + b.diversity};
}

using MakePart = std::function<std::unique_ptr<PartialStep>(const BundleBuffers&, const RowRange&)>;

// What `members` parts yield together, on buffers of their own, and the weights after the update.
struct Together {
  at::Tensor gradients;
  at::Tensor parameters;
  PartOutcome outcome;
};

Together run_in_parts(const trial::Settings& settings, std::int64_t members, at::ScalarType dtype,
                      const MakePart& make_part) {
  Together all{at::Tensor(), at::Tensor(), {}};
  for (std::int64_t member = 0; member < members; ++member) {
    const BundleBuffers buffers = initial_buffers(settings, dtype);
    const auto part = make_part(buffers, rows_of_member(settings, member, members));
    all.outcome = all.outcome + part->differentiate(kStep);
    all.gradients = member == 0 ? buffers.gradients[0].clone() : all.gradients + buffers.gradients[0];
  }
  const BundleBuffers buffers = initial_buffers(settings, dtype);
  buffers.gradients[0].copy_(all.gradients);
  make_part(buffers, rows_of_member(settings, 0, members))->update(kStep);
  all.parameters = buffers.parameters[0].clone();
  return all;
}

void expect_parts_of(const trial::Settings& settings, TrainingStep& whole, const BundleBuffers& buffers,
                     const MakePart& make_part, double tolerance) {
  const BatchOutcome expected = whole.advance(kStep, kOnly).front();
  for (const std::int64_t members : {1, 2, 3, 5}) {
    SCOPED_TRACE(std::to_string(members) + " members of " + trial::canonical_json(settings));
    const Together parts = run_in_parts(settings, members, buffers.parameters.scalar_type(), make_part);
    const at::Tensor gradients = buffers.gradients[0];
    EXPECT_LT(two_norm(parts.gradients - gradients), tolerance * two_norm(gradients));
    // Adam's first updates are steps of the gradient's sign, of a size that hardly depends on it.
    EXPECT_LT(two_norm(parts.parameters - buffers.parameters[0]),
              10 * tolerance * two_norm(buffers.parameters[0]));
    EXPECT_NEAR(parts.outcome.loss / parts.outcome.positions, expected.loss, tolerance * expected.loss);
    EXPECT_DOUBLE_EQ(parts.outcome.correct / parts.outcome.positions, expected.accuracy);
    if (!expected.diversity) continue;
    const auto batch = static_cast<double>(settings.training.batch);
    EXPECT_NEAR(parts.outcome.diversity / batch, *expected.diversity, tolerance);
  }
}

void expect_eager_parts(const trial::Settings& settings) {
  const BundleBuffers buffers = initial_buffers(settings, at::kDouble);
  const auto make_part = [&](const BundleBuffers& own, const RowRange& rows) {
    return make_eager_part(settings, own, rows);
  };
  expect_parts_of(settings, *make_eager_step({settings}, buffers), buffers, make_part, 1e-13);
}

TEST(PartialStep, EagerPartsAddUpToTheBatch) {
  expect_eager_parts(small_settings(1));
  expect_eager_parts(diverse_settings(2));
  trial::Settings sparse = small_settings(3);
  sparse.model.length = 13;  // rows begin within a block of dropout bits
  sparse.model.width = 18;
  sparse.training.task = "induction";  // sequences have loss positions of their own number
  sparse.training.batch = 7;
  expect_eager_parts(sparse);
}

TEST(PartialStep, FusedPartsAddUpToTheBatch) {
  for (const std::int64_t batch : {7, 30}) {
    trial::Settings settings = small_settings(4);
    settings.training.batch = batch;
    const BundleBuffers buffers = initial_buffers(settings, at::kFloat);
    const auto make_part = [&](const BundleBuffers& own, const RowRange& rows) {
      return make_fused_part(settings, own, rows, 2);
    };
    expect_parts_of(settings, *make_fused_step({settings}, buffers, 1), buffers, make_part, 1e-6);
  }
}

TEST(PartialStep, MembersTakeAllRowsOnce) {
  trial::Settings settings = small_settings();
  for (const std::int64_t batch : {5, 12, 13}) {
    settings.training.batch = batch;
    std::int64_t next = 0;
    for (std::int64_t member = 0; member < 5; ++member) {
      const RowRange rows = rows_of_member(settings, member, 5);
      EXPECT_EQ(rows.first, next);
      EXPECT_GE(rows.count, batch / 5);
      EXPECT_LE(rows.count, batch / 5 + 1);
      next += rows.count;
    }
    EXPECT_EQ(next, batch);
  }
}

TEST(DropoutTensors, RowsHaveTheMasksOfTheWholeBatch) {
  trial::Settings settings = small_settings(6);
  settings.model.length = 13;
  settings.model.width = 18;
  DropoutTensors whole(settings, all_rows(settings), at::kFloat, at::kCPU);
  const RowRange rows{3, 4};
  DropoutTensors part(settings, rows, at::kFloat, at::kCPU);
  const auto expected = whole.masks(settings, kStep);
  const auto masks = part.masks(settings, kStep);
  for (std::uint32_t layer = 0; layer < 2; ++layer) {
    const DropoutPlace place{6, kStep, layer};
    const at::Tensor attention = expected[layer].attention.narrow(0, rows.first, rows.count).tril();
    const at::Tensor mlp = expected[layer].mlp.narrow(0, rows.first, rows.count);
    EXPECT_TRUE(at::equal(masks[layer].attention.tril(), attention));
    EXPECT_TRUE(at::equal(masks[layer].mlp, mlp));
    EXPECT_TRUE(at::equal(attention_mask_by_tensors(settings, rows, place, at::kFloat).tril(), attention));
    EXPECT_TRUE(at::equal(mlp_mask_by_tensors(settings, rows, place, at::kFloat), mlp));
  }
}

}  // namespace
}  // namespace headsweep::trainer
