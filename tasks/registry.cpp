#include <algorithm>
#include <array>

#include "tasks/associative_recall.h"
#include "tasks/bracketed_copy.h"
#include "tasks/copy.h"
#include "tasks/cycle.h"
#include "tasks/induction.h"
#include "tasks/prefix_parity.h"
#include "tasks/rearrangement.h"
#include "tasks/selective_copy.h"
#include "tasks/shift.h"
#include "tasks/sort.h"
#include "tasks/task.h"

namespace headsweep::tasks {
namespace {

constexpr std::string_view kInPlace = "_in_place";

// Tasks of the form x SEP y and why their targets cannot stand beside their tokens.
struct NotInPlace {
  std::string_view task;
  std::string_view reason;
};
constexpr std::array<NotInPlace, 6> kNotInPlace = {{
    {"reverse", "the target of position 0 is the last token"},
    {"sort", "the target of position 0 is the smallest token, wherever it comes"},
    {"duplicate", "the targets are twice as many as the tokens"},
    {"left_shift", "every target comes `shift` positions later"},
    {"cyclic_shift", "the first targets are the last tokens (task \"cycle\" asks for them all the same)"},
    {"bracketed_copy", "the target of position 0 may stand anywhere later"},
}};

}  // namespace

std::span<const Task* const> all_tasks() {
  static const Copy copy;
  static const Shift shift;
  static const Cycle cycle;
  static const PrefixParity prefix_parity;
  static const Induction induction;
  static const AssociativeRecall associative_recall;
  static const SelectiveCopy selective_copy;
  static const RearrangementTask reverse(kReverse);
  static const Sort sort;
  static const RearrangementTask duplicate(kDuplicate);
  static const RearrangementTask left_shift(kLeftShift);
  static const RearrangementTask cyclic_shift(kCyclicShift);
  static const BracketedCopy bracketed_copy;
  static const std::array<const Task*, 13> tasks = {
      &copy,    &shift, &cycle,     &prefix_parity, &induction,    &associative_recall, &selective_copy,
      &reverse, &sort,  &duplicate, &left_shift,    &cyclic_shift, &bracketed_copy};
  return tasks;
}

const Task* find_task(std::string_view name) {
  const auto tasks = all_tasks();
  const auto found = std::ranges::find(tasks, name, &Task::name);
  return found == tasks.end() ? nullptr : *found;
}

std::optional<std::string> why_refused(std::string_view name) {
  if (!name.ends_with(kInPlace)) return std::nullopt;
  const std::string_view task = name.substr(0, name.size() - kInPlace.size());
  const auto found = std::ranges::find(kNotInPlace, task, &NotInPlace::task);
  if (found == kNotInPlace.end()) return std::nullopt;
  return "a causal model cannot do it: " + std::string(found->reason) + "; use \"" + std::string(task) +
         "\", which has the form x SEP y";
}

}  // namespace headsweep::tasks
