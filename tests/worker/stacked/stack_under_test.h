// A stack in memory that a test can read, and the same trials by the fused step of CPUs.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "trial/settings.h"
#include "worker/stacked/stacked_update.h"
#include "worker/trainer/stacked_batches.h"

namespace headsweep::stacked {

// Where the update under test runs: host_stack.cpp or cuda_stack.cpp, whichever is linked.
std::unique_ptr<StackedUpdate> make_update_under_test(const std::vector<trial::Settings>& settings,
                                                      const StackBuffers& buffers,
                                                      const StackOptions& options);
// `count` zeroed floats that the update under test can work on, and a copy of them.
float* allocate_under_test(std::size_t count);
void free_under_test(float* memory);
void copy_to_test(std::span<float> to, const float* from);
void copy_from_test(float* to, std::span<const float> from);

// Trials with their initial weights.
class StackUnderTest {
 public:
  using Make = std::unique_ptr<StackedUpdate> (*)(const std::vector<trial::Settings>&, const StackBuffers&,
                                                  const StackOptions&);
  explicit StackUnderTest(const std::vector<trial::Settings>& settings, const StackOptions& options = {},
                          Make make = &make_update_under_test);
  ~StackUnderTest();
  StackUnderTest(const StackUnderTest&) = delete;
  StackUnderTest& operator=(const StackUnderTest&) = delete;

  // Of `updates` updates of the trials in `active`, [updates][trials].
  std::vector<TrialOutcome> run(std::int64_t step, std::int64_t updates,
                                const std::vector<std::size_t>& active);
  // The same of all trials.
  std::vector<TrialOutcome> run(std::int64_t step, std::int64_t updates);

  [[nodiscard]] std::vector<float> parameters(std::size_t trial) const;
  [[nodiscard]] std::vector<float> gradients(std::size_t trial) const;

 private:
  [[nodiscard]] std::vector<float> row(const float* buffer, std::size_t trial) const;

  std::size_t trials_;
  std::size_t count_;
  StackBuffers buffers_{};
  std::unique_ptr<StackedUpdate> update_;
  std::unique_ptr<trainer::StackedBatches> batches_;
};

// One trial on the CPU's fused step.
struct FusedTrial {
  explicit FusedTrial(const trial::Settings& settings);
  ~FusedTrial();
  TrialOutcome run(std::int64_t step);

  std::vector<float> parameters;
  std::vector<float> gradients;

 private:
  struct Update;
  std::unique_ptr<Update> update_;
};

}  // namespace headsweep::stacked
