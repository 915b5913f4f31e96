// Programs with a thread of the machine for every thread of a block: what a GPU would race on, the thread sanitizer
// reports. Without it: the same bits as with one thread after another.

#include <gtest/gtest.h>

#include "tests/worker/stacked/stack_under_test.h"
#include "tests/worker/stacked/threaded_block.h"
#include "worker/stacked/host_runtime.h"
#include "worker/stacked/stacked_update-inl.h"

namespace headsweep::stacked {
namespace {

struct ThreadedRuntime : HostRuntime {
  template <class Program>
  static void launch(const Program& program, Grid grid, std::size_t shared_bytes) {
    run_on_threads(program, grid, shared_bytes);
  }
};

std::unique_ptr<StackedUpdate> make_threaded(const std::vector<trial::Settings>& settings,
                                             const StackBuffers& buffers, const StackOptions& options) {
  return std::make_unique<StackedUpdateOn<ThreadedRuntime>>(settings, buffers, options);
}

// Small, but with more rows than a tile of every kind, and a narrow and a wide head.
std::vector<trial::Settings> small_trials() {
  std::vector<trial::Settings> trials(2);
  for (trial::Settings& settings : trials) {
    settings.model.vocabulary = 9;
    settings.model.length = 21;
    settings.model.width = 8;
    settings.model.layers = 1;
    settings.model.heads = 2;
    settings.model.head_width = 16;
    settings.model.mlp_width = 37;
    settings.training.samples = 8;
    settings.training.batch = 2;
  }
  trials[1].model.heads = 1;
  trials[1].model.head_width = 32;
  trials[1].diversity.graph = "window";
  trials[1].training.samples = 0;  // drawn by the stack
  return trials;
}

void expect_bits_of_one_thread(const StackOptions& options) {
  StackUnderTest expected(small_trials(), options);
  StackUnderTest threaded(small_trials(), options, &make_threaded);
  expected.run(0, 1);
  threaded.run(0, 1);
  for (std::size_t trial = 0; trial < 2; ++trial) {
    EXPECT_EQ(threaded.gradients(trial), expected.gradients(trial));
    EXPECT_EQ(threaded.parameters(trial), expected.parameters(trial));
  }
}

TEST(ThreadedUpdate, HasTheBitsOfOneThreadAfterAnother) {
  expect_bits_of_one_thread({});
}

TEST(ThreadedUpdate, HasThemWithTensorCores) {
  expect_bits_of_one_thread({.tf32 = true});
}

TEST(ThreadedUpdate, HasThemForTiedHeads) {
  std::vector<trial::Settings> trials(1, small_trials()[0]);
  trials[0].model.heads = 4;
  trials[0].model.head_width = 4;
  trials[0].model.tied_heads = 0.5;
  StackUnderTest expected(trials);
  StackUnderTest threaded(trials, {}, &make_threaded);
  expected.run(0, 1);
  threaded.run(0, 1);
  EXPECT_EQ(threaded.gradients(0), expected.gradients(0));
}

}  // namespace
}  // namespace headsweep::stacked
