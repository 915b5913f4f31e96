#include "worker/trainer/batches.h"

#include <numeric>
#include <span>

#include "errors/check.h"
#include "tasks/epoch_order.h"
#include "trial/task_shape.h"

namespace headsweep::trainer {

Sequences generate_sequences(const trial::Settings& settings, tasks::Split split,
                             const std::vector<std::uint64_t>& numbers) {
  const tasks::Task* const task = tasks::find_task(settings.training.task);
  check(task != nullptr, "checked settings name a known task");
  const tasks::TaskShape shape = trial::task_shape(settings);
  const auto length = static_cast<std::size_t>(shape.length);
  Sequences sequences{static_cast<std::int64_t>(numbers.size()), shape.length, {}, {}};
  std::vector<std::int32_t> tokens(length);
  std::vector<std::int32_t> targets(length);
  for (const std::uint64_t number : numbers) {
    task->generate(shape, settings.seed, split, number, tokens, targets);
    sequences.tokens.insert(sequences.tokens.end(), tokens.begin(), tokens.end());
    sequences.targets.insert(sequences.targets.end(), targets.begin(), targets.end());
  }
  return sequences;
}

Sequences measured_sequences(const trial::Settings& settings, tasks::Split split) {
  std::vector<std::uint64_t> numbers(static_cast<std::size_t>(settings.measure.sequences));
  std::iota(numbers.begin(), numbers.end(), std::uint64_t{0});
  return generate_sequences(settings, split, numbers);
}

Batches::Batches(const trial::Settings& settings) : settings_(settings) {
  order_.resize(static_cast<std::size_t>(settings.training.samples));
}

Sequences Batches::at(std::int64_t step) {
  return generate_sequences(settings_, tasks::Split::kTraining, samples_at(step));
}

std::vector<std::uint64_t> Batches::samples_at(std::int64_t step) {
  const std::int64_t batch = settings_.training.batch;
  std::vector<std::uint64_t> numbers(static_cast<std::size_t>(batch));
  if (settings_.training.samples == 0) {
    std::iota(numbers.begin(), numbers.end(), static_cast<std::uint64_t>(step * batch));
    return numbers;
  }
  const std::int64_t steps_per_epoch = settings_.training.samples / batch;
  if (const std::int64_t epoch = step / steps_per_epoch; epoch != ordered_epoch_) {
    tasks::epoch_order(settings_.seed, static_cast<std::uint32_t>(epoch), order_);
    ordered_epoch_ = epoch;
  }
  const auto first = static_cast<std::size_t>(step % steps_per_epoch * batch);
  const auto visited = std::span(order_).subspan(first, numbers.size());
  std::copy(visited.begin(), visited.end(), numbers.begin());
  return numbers;
}

}  // namespace headsweep::trainer
