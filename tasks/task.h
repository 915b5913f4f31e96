// Sequence tasks: tokens in, targets out. Pure functions of (seed, split, sample).
//
// `length` = positions, `vocabulary` = all ids, so equal settings mean equal parameters in every task. Tasks
// that need a separator or a filler take it from the end of the vocabulary: SEP is the last id.
//
// Every sample is a payload (what is drawn before the model is asked anything) and what follows from it. A
// hash of the payload's content says whether it is for training or held out, never both (tasks/split.h).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace headsweep::tasks {

enum class Split { kTraining, kHeldOut };  // no payload belongs to both, whatever the seed

inline constexpr std::int32_t kNoLoss = -1;  // target of a position that carries no loss
inline constexpr std::int64_t kNoKey = -1;   // needed key of a position that has none

// What a task is made for. Options that a task does not use change nothing (Task::uses()).
struct TaskShape {
  std::int64_t length;
  std::int64_t vocabulary;
  std::int64_t shift = 1;    // positions that shift, cycle, left_shift and cyclic_shift move a token by
  std::int64_t pairs = 0;    // key-value pairs of associative_recall; 0: what the task finds fitting
  std::int64_t queries = 0;  // questions of induction, associative_recall, selective_copy; 0: as for pairs
};

// How a task's samples are written (tasks/write_sample.h).
enum class Sampler : std::uint8_t;

enum class Option { kShift, kPairs, kQueries };

class Task {
 public:
  virtual ~Task() = default;

  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual std::string_view meaning() const = 0;  // one line: what the model must do
  [[nodiscard]] virtual std::string_view needs() const = 0;    // one line: what of the past a target needs
  [[nodiscard]] virtual bool uses(Option /*option*/) const { return false; }

  // What is wrong with that shape for this task ("needs length >= 2"), or nothing. All other functions
  // require a shape without a problem.
  [[nodiscard]] virtual std::optional<std::string> check(const TaskShape& shape) const = 0;

  // What writes its samples.
  [[nodiscard]] virtual Sampler sampler() const = 0;

  // Writes sample number `sample`: tokens in [0, vocabulary), targets in the same range or kNoLoss.
  // Both spans have shape.length elements. Thread-safe; depends on nothing but the arguments. Payloads are
  // uniform over those of the split. Requires sample < 2^48.
  void generate(const TaskShape& shape, std::uint32_t seed, Split split, std::uint64_t sample,
                std::span<std::int32_t> tokens, std::span<std::int32_t> targets) const;

  // Writes the targets of `tokens`, which need not be a sample: any ids in [0, vocabulary). False, and nothing is
  // written, where they do not follow from the tokens alone. Both spans have shape.length elements.
  virtual bool targets_of(const TaskShape& /*shape*/, std::span<const std::int32_t> /*tokens*/,
                          std::span<std::int32_t> /*targets*/) const {
    return false;
  }

  // Accuracies over the loss positions, when every payload is equally likely:
  // of a uniform guess among all ids,
  [[nodiscard]] virtual double chance_accuracy(const TaskShape& shape) const;
  // of the best causal model,
  [[nodiscard]] virtual double ceiling_accuracy(const TaskShape& shape) const = 0;
  // of the best model that sees only its own position and token (every attention head removed),
  [[nodiscard]] virtual double no_attention_accuracy(const TaskShape& shape) const = 0;
  // and of a guess drawn uniformly from the tokens at hand that may be the answer by their place or kind
  // (each task's header says which): knows what was there, not where.
  [[nodiscard]] virtual double context_guess_accuracy(const TaskShape& shape) const = 0;

  // The key position that the target of query `position` depends on in every sample, or nothing (no loss
  // there, none in the past, several, or another one in each sample: see needed_keys()).
  [[nodiscard]] virtual std::optional<std::int64_t> needed_key(const TaskShape& shape,
                                                               std::int64_t position) const = 0;

  // The same for one sequence of `tokens` as generate() writes them, so also where the key depends on the
  // content: keys[i] <= i is what the target of position i depends on, or kNoKey. Both spans have
  // shape.length elements; tokens that no sample has give keys without meaning, in range.
  // `fidelity_relevant` is measured with it.
  virtual void needed_keys(const TaskShape& shape, std::span<const std::int32_t> tokens,
                           std::span<std::int64_t> keys) const;
};

// All tasks, in the order in which people read them; they live for ever.
std::span<const Task* const> all_tasks();

// The task of that name, or nullptr.
const Task* find_task(std::string_view name);

// Why there is no task of that name although one may look for it ("reverse_in_place": a causal model cannot
// do it), with what to use instead; nothing for any other name.
std::optional<std::string> why_refused(std::string_view name);

}  // namespace headsweep::tasks
