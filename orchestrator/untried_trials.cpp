#include "orchestrator/untried_trials.h"

#include <algorithm>
#include <cmath>

#include "errors/check.h"

namespace headsweep::orchestrator {
namespace {

constexpr double kEquallyLong = 1.2;

// Larger costs give smaller numbers.
std::int64_t step_of(double cost) {
  return cost > 0 ? -static_cast<std::int64_t>(std::floor(std::log(cost) / std::log(kEquallyLong))) : 1 << 20;
}

}  // namespace

std::set<UntriedTrials::Rank>& UntriedTrials::Ranking::of(Known known) {
  switch (known) {
    case Known::kNothing:
      return unbegun;
    case Known::kBegun:
      return begun;
    case Known::kTimed:
      break;
  }
  return timed;
}

void UntriedTrials::add(const trial::Settings& settings, double flops) {
  const KindNumber number = number_of(trial::cost_kind(settings), flops);
  Kind& kind = kinds_[number];
  const auto index = static_cast<Index>(kind_of_.size());
  kind_of_.push_back(number);
  behind_.push_back(index);
  ++size_;
  if (kind.any_left) {
    behind_[kind.last] = index;
    kind.last = index;
    return;
  }
  kind.first = kind.last = index;
  kind.any_left = true;
  enter(number);
}

UntriedTrials::KindNumber UntriedTrials::number_of(const trial::CostKind& kind, double flops) {
  if (last_added_ == kind) return kind_of_.back();
  last_added_ = kind;
  const auto [place, is_new] = numbers_.try_emplace(kind, static_cast<KindNumber>(kinds_.size()));
  if (is_new) {
    const auto [shape, is_new_shape] = shapes_.try_emplace(kind.shape, like_.size());
    if (is_new_shape) like_.emplace_back();
    kinds_.push_back({.flops = flops, .speed = {}, .shape = shape->second});
  }
  return place->second;
}

UntriedTrials::Rank UntriedTrials::rank_of(KindNumber number) const {
  const Kind& kind = kinds_[number];
  const double cost = kind.known == Known::kTimed ? *kind.speed.seconds_for(kind.flops) : kind.flops;
  return {.step = step_of(cost), .first = kind.first, .kind = number};
}

void UntriedTrials::enter(KindNumber number) {
  Kind& kind = kinds_[number];
  kind.rank = rank_of(number);
  all_.of(kind.known).insert(kind.rank);
  like_[kind.shape].of(kind.known).insert(kind.rank);
}

void UntriedTrials::leave(KindNumber number) {
  Kind& kind = kinds_[number];
  all_.of(kind.known).erase(kind.rank);
  like_[kind.shape].of(kind.known).erase(kind.rank);
}

UntriedTrials::Index UntriedTrials::best(const Ranking& ranking) const {
  if (!ranking.unbegun.empty()) return ranking.unbegun.begin()->first;
  if (ranking.timed.empty()) return ranking.begun.begin()->first;
  const Rank& timed = *ranking.timed.begin();
  if (ranking.begun.empty()) return timed.first;
  Rank guessed = *ranking.begun.begin();
  guessed.step = step_of(speed_.seconds_for(kinds_[guessed.kind].flops).value_or(0));
  return std::min(timed, guessed).first;
}

UntriedTrials::Index UntriedTrials::next() const {
  check(size_ > 0, "there is a next trial");
  return best(all_);
}

std::optional<UntriedTrials::Index> UntriedTrials::next_like(Index index) const {
  const Ranking& like = like_[kinds_[kind_of_[index]].shape];
  if (like.empty()) return std::nullopt;
  return best(like);
}

void UntriedTrials::take(Index index) {
  const KindNumber number = kind_of_[index];
  Kind& kind = kinds_[number];
  check(kind.any_left && kind.first == index, "the first trial of a kind is taken");
  leave(number);
  --size_;
  if (kind.known == Known::kNothing) kind.known = Known::kBegun;
  kind.any_left = kind.first != kind.last;
  kind.first = behind_[index];
  if (kind.any_left) enter(number);
}

void UntriedTrials::observe(Index index, double seconds) {
  const KindNumber number = kind_of_[index];
  Kind& kind = kinds_[number];
  if (kind.any_left) leave(number);
  kind.speed.observe(seconds, kind.flops);
  speed_.observe(seconds, kind.flops);
  if (kind.speed.seconds_for(kind.flops)) kind.known = Known::kTimed;
  if (kind.any_left) enter(number);
}

}  // namespace headsweep::orchestrator
