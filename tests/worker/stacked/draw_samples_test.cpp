// Samples drawn by the kernel against those of tasks/: every task, whole stacks of them, to the bit.

#include "worker/stacked/draw_samples.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "tasks/task.h"
#include "worker/stacked/host_runtime.h"

namespace headsweep::stacked {
namespace {

constexpr std::int32_t kUntouched = -77;

struct Sequences {
  std::vector<std::int32_t> tokens;
  std::vector<std::int32_t> targets;
  bool operator==(const Sequences&) const = default;
};

// Trials of equal shapes with a task each, and the batches of a run; the numbers of samples are far apart.
struct Stack {
  std::vector<const tasks::Task*> tasks;
  tasks::TaskShape shape;
  int batch;
  int updates;

  [[nodiscard]] int stack() const { return static_cast<int>(tasks.size()); }
  [[nodiscard]] int samples() const { return batch * updates; }
  [[nodiscard]] static std::uint32_t seed(int trial) { return 3 + 2 * static_cast<std::uint32_t>(trial); }
  [[nodiscard]] std::vector<std::uint64_t> sample_of() const {
    std::vector<std::uint64_t> numbers;
    for (int i = 0; i < stack() * samples(); ++i)
      numbers.push_back(static_cast<std::uint64_t>(i) * 40503 << 16);
    return numbers;
  }
};

std::vector<Sequences> drawn_by_kernel(const Stack& stack, int blocks) {
  const auto trials = static_cast<std::size_t>(stack.stack());
  const auto tokens_of_trial = static_cast<std::size_t>(stack.samples() * stack.shape.length);
  const std::vector<std::int32_t> untouched(tokens_of_trial, kUntouched);
  std::vector<Sequences> drawn(trials, {untouched, untouched});
  std::vector<DrawnTask> tasks;
  std::vector<TrialRow> rows;
  std::vector<std::int32_t> active;
  std::int64_t most_ids = 0;
  for (int trial = stack.stack(); trial-- > 0;) active.push_back(trial);
  for (std::size_t trial = 0; trial < trials; ++trial) {
    const tasks::Sampler sampler = stack.tasks[trial]->sampler();
    tasks.push_back({sampler, stack.shape, tasks::ids_needed(sampler, stack.shape)});
    most_ids = std::max(most_ids, tasks.back().ids);
    TrialRow row{};
    row.seed = Stack::seed(static_cast<int>(trial));
    row.tokens = drawn[trial].tokens.data();
    row.targets = drawn[trial].targets.data();
    rows.push_back(row);
  }
  HostRuntime::Buffer<std::int32_t> ids(trials, blocks * DrawSamples::kThreads * most_ids);
  const std::vector<std::uint64_t> sample_of = stack.sample_of();
  HostRuntime::launch(DrawSamples{{rows.data(), nullptr, active.data()},
                                  tasks.data(),
                                  sample_of.data(),
                                  stack.stack(),
                                  stack.batch,
                                  static_cast<int>(stack.shape.length),
                                  stack.samples(),
                                  blocks,
                                  ids.get()},
                      {blocks, 1, stack.stack()}, 0);
  return drawn;
}

std::vector<Sequences> drawn_by_tasks(const Stack& stack) {
  const auto length = static_cast<std::size_t>(stack.shape.length);
  const std::vector<std::uint64_t> sample_of = stack.sample_of();
  std::vector<Sequences> drawn(stack.tasks.size());
  for (int update = 0; update < stack.updates; ++update) {
    for (int trial = 0; trial < stack.stack(); ++trial) {
      for (int row = 0; row < stack.batch; ++row) {
        std::vector<std::int32_t> tokens(length);
        std::vector<std::int32_t> targets(length);
        const auto place = static_cast<std::size_t>((update * stack.stack() + trial) * stack.batch + row);
        stack.tasks[static_cast<std::size_t>(trial)]->generate(
            stack.shape, Stack::seed(trial), tasks::Split::kTraining, sample_of[place], tokens, targets);
        Sequences& own = drawn[static_cast<std::size_t>(trial)];
        own.tokens.insert(own.tokens.end(), tokens.begin(), tokens.end());
        own.targets.insert(own.targets.end(), targets.begin(), targets.end());
      }
    }
  }
  return drawn;
}

// Those of the tasks that can have the shape.
Stack stack_of_all_tasks(const tasks::TaskShape& shape, int batch, int updates) {
  Stack stack{{}, shape, batch, updates};
  for (const tasks::Task* const task : tasks::all_tasks()) {
    if (!task->check(shape)) stack.tasks.push_back(task);
  }
  return stack;
}

void expect_equal(const Stack& stack, int blocks) {
  const std::vector<Sequences> expected = drawn_by_tasks(stack);
  const std::vector<Sequences> drawn = drawn_by_kernel(stack, blocks);
  for (std::size_t trial = 0; trial < stack.tasks.size(); ++trial) {
    EXPECT_EQ(drawn[trial], expected[trial])
        << stack.tasks[trial]->name() << " at length " << stack.shape.length << ", vocabulary "
        << stack.shape.vocabulary;
  }
}

TEST(DrawSamples, AreThoseOfEveryTaskInTheShapesOfTheSweeps) {
  for (const tasks::TaskShape& shape : {tasks::TaskShape{16, 16}, {33, 34}, {100, 256}, {13, 65536}}) {
    const Stack stack = stack_of_all_tasks(shape, 5, 3);
    EXPECT_EQ(stack.tasks.size(), tasks::all_tasks().size());
    expect_equal(stack, 1);
  }
}

TEST(DrawSamples, AreThoseOfEveryTaskInOddShapes) {
  std::size_t trials = 0;
  for (const std::int64_t length : {1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 21, 31, 127}) {
    for (const std::int64_t vocabulary : {2, 3, 5, 7, 8, 33, 129, 1031}) {
      for (const tasks::TaskShape& shape :
           {tasks::TaskShape{length, vocabulary},
            {.length = length, .vocabulary = vocabulary, .shift = 3},
            {.length = length, .vocabulary = vocabulary, .shift = 0},
            {.length = length, .vocabulary = vocabulary, .pairs = 2, .queries = 1}}) {
        const Stack stack = stack_of_all_tasks(shape, 1, 1);
        trials += stack.tasks.size();
        if (!stack.tasks.empty()) expect_equal(stack, 1);
      }
    }
  }
  EXPECT_GT(trials, 3000U);
}

// Threads that draw several samples, and some that draw none.
TEST(DrawSamples, DoNotDependOnTheGrid) {
  const Stack many = stack_of_all_tasks({17, 19}, 7, 41);
  for (const int blocks : {1, 2, 4, 6}) expect_equal(many, blocks);
}

}  // namespace
}  // namespace headsweep::stacked
