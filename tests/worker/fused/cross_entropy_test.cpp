#include "worker/fused/cross_entropy.h"

#include <cmath>
#include <limits>

#include "tests/worker/fused/every_instruction_set.h"
#include "tests/worker/fused/sample_numbers.h"

namespace headsweep::fused {
namespace {

TEST(CrossEntropyKernel, FollowsTheFormulaForAnyVocabulary) {
  for_every_instruction_set([] {
    for (const std::size_t vocabulary : {2, 11, 16, 40, 256}) {
      const std::vector<std::int32_t> targets = {0, 1, static_cast<std::int32_t>(vocabulary) - 1};
      AlignedFloats logits = sample_matrix(1, targets.size(), vocabulary);
      for (std::size_t i = 0; i < logits.size(); ++i) logits[i] *= 9;
      AlignedFloats gradient(logits.size());
      std::copy_n(logits.data(), logits.size(), gradient.data());
      constexpr float kScale = 0.25F;
      const CrossEntropy outcome = cross_entropy(targets, vocabulary, kScale, gradient.data());
      double loss = 0;
      std::int64_t correct = 0;
      for (std::size_t row = 0; row < targets.size(); ++row) {
        const float* const own = logits.data() + row * padded(vocabulary);
        double sum = 0;
        for (std::size_t i = 0; i < vocabulary; ++i) sum += std::exp(static_cast<double>(own[i]));
        loss += std::log(sum) - static_cast<double>(own[targets[row]]);
        correct += std::max_element(own, own + vocabulary) - own == targets[row] ? 1 : 0;
        for (std::size_t i = 0; i < padded(vocabulary); ++i) {
          const double share = i < vocabulary ? std::exp(static_cast<double>(own[i])) / sum : 0;
          const double expected =
              static_cast<double>(kScale) * (share - (static_cast<std::int32_t>(i) == targets[row] ? 1 : 0));
          EXPECT_NEAR(static_cast<double>(gradient[row * padded(vocabulary) + i]), expected, 2e-7);
        }
      }
      EXPECT_NEAR(outcome.loss, loss, 1e-6 * loss);
      EXPECT_EQ(outcome.correct, correct);
    }
  });
}

TEST(CrossEntropyKernel, TheFirstOfEqualLogitsCounts) {
  for_every_instruction_set([] {
    AlignedFloats logits(2 * padded(40));
    logits[3] = logits[33] = logits[padded(40) + 3] = logits[padded(40) + 33] = 1;
    const std::vector<std::int32_t> targets = {3, 33};
    EXPECT_EQ(cross_entropy(targets, 40, 1, logits.data()).correct, 1);
  });
}

TEST(CrossEntropyKernel, WhatIsNoNumberStaysSo) {
  for_every_instruction_set([] {
    for (const float wrong :
         {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      for (const std::size_t place : {0, 7, 39}) {
        AlignedFloats logits(padded(40));
        logits[place] = wrong;
        const std::vector<std::int32_t> targets = {5};
        EXPECT_FALSE(std::isfinite(cross_entropy(targets, 40, 1, logits.data()).loss));
      }
    }
  });
}

}  // namespace
}  // namespace headsweep::fused
