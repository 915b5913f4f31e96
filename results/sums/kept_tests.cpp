#include "results/sums/kept_tests.h"

#include <algorithm>
#include <iterator>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/cells.h"
#include "results/sums/running_sums.h"

namespace headsweep::results {

KeptTests::KeptTests(SQLite::Database& database) : database_(database) {
  if (!has_running_sums(database)) return;
  tester_.emplace(database);
  const std::vector<StoredArm>& arms = tester_->arms();
  compared_to_.resize(arms.size());
  for (std::size_t i = 0; i < arms.size(); ++i) {
    places_[arms[i].number] = i;
    if (!arms[i].baseline) continue;
    compared_to_[*arms[i].baseline].push_back(i);
    if (arms[i].done > 0 && arms[*arms[i].baseline].done > 0) untested_.insert(i);
  }
  for (const FamilyTest& test : read_kept_tests(database)) {
    if (const auto place = places_.find(test.arm); place != places_.end()) untested_.erase(place->second);
  }
}

void KeptTests::changed(std::int64_t arm) {
  const auto place = places_.find(arm);
  if (place == places_.end()) return;
  if (tester_->arms()[place->second].baseline) untested_.insert(place->second);
  untested_.insert(compared_to_[place->second].begin(), compared_to_[place->second].end());
}

void KeptTests::test_some(std::size_t most) {
  const auto end =
      std::next(untested_.begin(), std::min(std::ssize(untested_), static_cast<std::ptrdiff_t>(most)));
  const std::vector<std::size_t> arms(untested_.begin(), end);
  SQLite::Statement insert(database_,
                           "INSERT OR REPLACE INTO sign_flip_tests (arm, metric, baseline, pairs, p)"
                           " VALUES (?, ?, ?, ?, ?)");
  for (const FamilyTest& test : tester_->test(arms)) {
    insert.bind(1, test.arm);
    insert.bind(2, std::string(metrics::metric_info(test.metric).name));
    insert.bind(3, test.baseline);
    insert.bind(4, test.pairs);
    bind_cell(insert, 5, test.p ? Cell(*test.p) : Cell());
    insert.exec();
    insert.reset();
  }
  untested_.erase(untested_.begin(), end);
}

}  // namespace headsweep::results
