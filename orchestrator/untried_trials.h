// The trials of a run that were never dispatched, longest expected first.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "orchestrator/speed.h"
#include "trial/cost_kind.h"

namespace headsweep::orchestrator {

// Trials are served kind by kind (trial/cost_kind.h), those of a kind in the order in which they were added. First comes
// one trial of every kind, so that each has been timed before it matters; then the kinds with the longest trials, by
// what trials of that kind took, or before one has ended by their operations and what an operation took elsewhere.
// Kinds within a fifth of each other count as equally long and keep the order of the plan. Long trials begun early leave
// short ones to fill the end of a run.
//
// O(log kinds) a call; 8 bytes a trial and about 500 a kind. Pure, not thread-safe.
class UntriedTrials {
 public:
  using Index = std::uint32_t;  // 0, 1, 2, ... in the order added

  // `flops`: what the trial costs; equal for trials of a kind.
  void add(const trial::Settings& settings, double flops);
  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] double flops(Index index) const { return kinds_[kind_of_[index]].flops; }

  // The trial to be served next. Requires size() > 0.
  [[nodiscard]] Index next() const;
  // The next of those that may be stacked with `index`, tried or not.
  [[nodiscard]] std::optional<Index> next_like(Index index) const;
  // Takes a trial that next() or next_like() returned.
  void take(Index index);

  // A trial took so long.
  void observe(Index index, double seconds);

 private:
  using KindNumber = std::uint32_t;
  // Longest first, then the order of the plan.
  struct Rank {
    std::int64_t step;
    Index first;
    KindNumber kind;

    auto operator<=>(const Rank&) const = default;
  };

  enum class Known : std::uint8_t { kNothing, kBegun, kTimed };

  // Kinds with trials left, by what is known of them.
  struct Ranking {
    std::set<Rank> unbegun;  // by operations
    std::set<Rank> begun;    // by operations
    std::set<Rank> timed;    // by seconds

    std::set<Rank>& of(Known known);
    [[nodiscard]] bool empty() const { return unbegun.empty() && begun.empty() && timed.empty(); }
  };

  struct Kind {
    double flops;
    Speed speed;
    Known known = Known::kNothing;
    Index first = 0;  // of those left
    Index last = 0;
    bool any_left = false;
    Rank rank{};
    std::size_t shape = 0;  // place in like_
  };

  KindNumber number_of(const trial::CostKind& kind, double flops);
  [[nodiscard]] Rank rank_of(KindNumber number) const;
  void enter(KindNumber number);
  void leave(KindNumber number);
  [[nodiscard]] Index best(const Ranking& ranking) const;

  std::vector<Kind> kinds_;
  std::map<trial::CostKind, KindNumber> numbers_;
  std::optional<trial::CostKind> last_added_;  // neighbours are mostly of one kind
  std::vector<KindNumber> kind_of_;            // of each trial
  std::vector<Index> behind_;                  // the next trial of its kind
  Ranking all_;
  std::map<trial::StackShape, std::size_t> shapes_;
  std::vector<Ranking> like_;  // of each shape
  Speed speed_;                // of all kinds
  std::int64_t size_ = 0;
};

}  // namespace headsweep::orchestrator
