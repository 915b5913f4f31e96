// Sequence tasks: tokens in, targets out. Pure functions of (seed, split, sample).
//
// `length` = positions, `vocabulary` = all ids, so equal settings mean equal parameters in every task.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace headsweep::tasks {

enum class Split { kTraining, kHeldOut };  // own random purposes: held-out samples never repeat training ones

inline constexpr std::int32_t kNoLoss = -1;  // target of a position that carries no loss

struct TaskShape {
  std::int64_t length;
  std::int64_t vocabulary;
};

class Task {
 public:
  virtual ~Task() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual std::string_view meaning() const = 0;  // one line: what the model must do

  // What is wrong with that shape for this task ("needs length >= 2"), or nothing.
  [[nodiscard]] virtual std::optional<std::string> check(const TaskShape& shape) const = 0;

  // Writes sample number `sample`: tokens in [0, vocabulary), targets in the same range or kNoLoss.
  // Both spans have shape.length elements. Thread-safe; depends on nothing but the arguments.
  virtual void generate(const TaskShape& shape, std::uint32_t seed, Split split, std::uint64_t sample,
                        std::span<std::int32_t> tokens, std::span<std::int32_t> targets) const = 0;

  // Accuracy over the loss positions that a guess among all ids reaches, and the best any causal model
  // reaches.
  [[nodiscard]] virtual double chance_accuracy(const TaskShape& shape) const = 0;
  [[nodiscard]] virtual double ceiling_accuracy(const TaskShape& shape) const = 0;

  // The key position that the target of query `position` depends on, or nothing (no loss there, none in the
  // past, or several). `fidelity_relevant` is measured with it.
  [[nodiscard]] virtual std::optional<std::int64_t> needed_key(const TaskShape& shape,
                                                               std::int64_t position) const = 0;
};

// All tasks, in the order in which people read them; they live for ever.
std::span<const Task* const> all_tasks();

// The task of that name, or nullptr.
const Task* find_task(std::string_view name);

}  // namespace headsweep::tasks
