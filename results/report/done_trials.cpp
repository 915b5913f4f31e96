#include "results/report/done_trials.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/report/packed_numbers.h"

namespace headsweep::report {
namespace {

double real_or_nan(const SQLite::Column& column) {
  return column.isNull() ? std::numeric_limits<double>::quiet_NaN() : column.getDouble();
}

template <class Key>
std::optional<std::size_t> find(const std::map<Key, std::size_t>& places, const Key& key) {
  const auto found = places.find(key);
  return found == places.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

DoneTrials::DoneTrials(SQLite::Database& database, const results::Statistics& statistics) {
  std::map<std::string, std::size_t> arms;
  for (std::size_t arm = 0; arm < statistics.arms.size(); ++arm) arms[statistics.arms[arm].arm] = arm;
  SQLite::Statement statement(database,
                              "SELECT t.trial, t.seed, t.arm, r.accuracy FROM trials t JOIN results r USING "
                              "(trial) WHERE t.state = 'done'");
  while (statement.executeStep()) {
    const auto arm = arms.find(statement.getColumn(2).getString());
    if (arm == arms.end()) continue;
    trials_.push_back({statement.getColumn(0).getInt64(), statement.getColumn(1).getInt64(), arm->second,
                       real_or_nan(statement.getColumn(3))});
  }
  std::ranges::sort(trials_, [](const DoneTrial& a, const DoneTrial& b) {
    return std::tie(a.arm, a.seed, a.trial) < std::tie(b.arm, b.seed, b.trial);
  });
  for (std::size_t i = 0; i < trials_.size(); ++i) {
    place_of_trial_[trials_[i].trial] = i;
    place_of_seed_[{trials_[i].arm, trials_[i].seed}] = i;
  }
}

std::optional<std::size_t> DoneTrials::place(std::int64_t trial) const {
  return find(place_of_trial_, trial);
}

std::optional<std::size_t> DoneTrials::place(std::size_t arm, std::int64_t seed) const {
  return find(place_of_seed_, {arm, seed});
}

Json DoneTrials::json() const {
  Json trial = Json::array();
  Json seed = Json::array();
  Json arm = Json::array();
  std::vector<double> accuracy;
  for (const DoneTrial& done : trials_) {
    trial.push_back(done.trial);
    seed.push_back(done.seed);
    arm.push_back(done.arm);
    accuracy.push_back(done.accuracy);
  }
  return {{"trial", std::move(trial)},
          {"seed", std::move(seed)},
          {"arm", std::move(arm)},
          {"accuracy", pack_reals(accuracy)}};
}

}  // namespace headsweep::report
