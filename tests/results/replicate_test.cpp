// [replicate]: how many seeds the first ones ask for, and what that leaves in the store.
#include "results/replicate.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include "results/query.h"
#include "results/statistics/power.h"
#include "results/statistics/student_t.h"
#include "results/statistics/two_stage.h"
#include "results/verify.h"
#include "sample_store.h"

namespace headsweep::results {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::uint32_t kFirst = 8;

sweep::Sweep replicated_sweep(double half_width, std::int64_t max_seeds) {
  sweep::Sweep sweep = sample_sweep(kFirst);
  sweep.analysis.primary = {"fidelity_min_inner"};
  sweep.replicate = sweep::Replicate{"fidelity_min_inner", half_width, max_seeds};
  return sweep;
}

class ReplicateTest : public StoreTest {
 protected:
  // Everything of the first stage, then the decision.
  Replication decide(const sweep::Sweep& sweep) {
    OwnedStore store(path());
    run_all(store, freeze(store, sweep));
    return store.replicate(sweep);
  }
  [[nodiscard]] Difference difference() const {
    StoreReader reader(path());
    const Statistics statistics = read_statistics(reader);
    EXPECT_FALSE(statistics.p_values_withheld.empty());
    for (const Difference& one : statistics.differences) {
      EXPECT_FALSE(one.p.has_value());
      EXPECT_EQ(one.two_stage, one.place == (Place{"mean", metrics::Metric::kFidelityMinInner}));
      if (one.two_stage) return one;
    }
    ADD_FAILURE() << "no difference follows the rule";
    return {};
  }
};

TEST(TwoStage, TakesAsManySeedsAsTheFirstOnesAskFor) {
  const Estimate first = with_interval(8, 1.0, 0.5);
  const double t = student_t_quantile(0.95, 7);
  EXPECT_EQ(two_stage_count(first, 0.25, 1000), static_cast<std::int64_t>(std::ceil(t * t * 4)));
  EXPECT_EQ(two_stage_count(first, 0.25, 20), 20);
  EXPECT_EQ(two_stage_count(first, 10, 1000), 8);
  EXPECT_EQ(two_stage_count(with_interval(8, 1.0, 0), 0.1, 1000), 8);
}

TEST_F(ReplicateTest, AddsSeedsToEveryArmAndLogsIt) {
  const sweep::Sweep sweep = replicated_sweep(20, 12);
  const Replication more = decide(sweep);
  EXPECT_THAT(more.said, HasSubstr("8 -> 12 seeds"));
  EXPECT_THAT(more.said, HasSubstr("cut at max_seeds"));
  EXPECT_EQ(more.open.size(), 4 * 4);
  for (const OpenTrial& open : more.open) EXPECT_GE(open.settings.seed, kFirst);
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM amendments WHERE old_hash = new_hash AND planned = 16"),
            1);
  EXPECT_EQ(sql_cell(path(), "SELECT hash FROM sweeps"), Cell(sweep::plan_hash(sweep)));
  StoreReader reader(path());
  EXPECT_THAT(verify(reader), IsEmpty());
}

TEST_F(ReplicateTest, TheWriterDecidesOnItsThreadOnceAllIsCommitted) {
  const sweep::Sweep sweep = replicated_sweep(20, 12);
  OwnedStore store(path());
  FrozenSweep frozen = freeze(store, sweep);
  const OpenTrial last = frozen.open.back();
  frozen.open.pop_back();
  run_all(store, frozen);
  StoreWriter writer(store, frozen.sweep);
  writer.submit(AttemptStarted{1000, last.trial, 1});
  writer.submit(AttemptSucceeded{1000, last.trial, sample_result(last.trial)});
  std::optional<Replication> more;
  while (!more && !writer.failure()) more = writer.replicate(sweep);
  ASSERT_TRUE(more) << *writer.failure();
  EXPECT_EQ(more->open.size(), 4 * 4);
  writer.finish();
}

TEST_F(ReplicateTest, AReaderOfARollbackJournalDoesNotHoldUpWhoeverAsksTheWriter) {
  const sweep::Sweep sweep = replicated_sweep(20, 12);
  OwnedStore store(path());
  const FrozenSweep frozen = freeze(store, sweep);
  run_all(store, frozen);
  store.database().exec("PRAGMA journal_mode = TRUNCATE");
  SQLite::Database reader(path().string());
  reader.exec("BEGIN; SELECT count(*) FROM trials");
  StoreWriter writer(store, frozen.sweep);
  for (int asked = 0; asked < 5; ++asked)
    EXPECT_FALSE(writer.replicate(sweep)) << "the commit waits for the reader";
  reader.exec("COMMIT");
  std::optional<Replication> more;
  while (!more && !writer.failure()) more = writer.replicate(sweep);
  EXPECT_TRUE(more);
}

TEST_F(ReplicateTest, DecidesOnceAndTheSameCommandGoesOn) {
  const sweep::Sweep sweep = replicated_sweep(20, 12);
  decide(sweep);
  OwnedStore store(path());
  const FrozenSweep frozen = freeze(store, sweep);
  EXPECT_EQ(frozen.open.size(), 16);
  EXPECT_THAT(store.replicate(sweep).said, IsEmpty());  // not while trials are open
  run_all(store, frozen);
  EXPECT_THAT(store.replicate(sweep).said, IsEmpty());
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM amendments"), 1);
}

TEST_F(ReplicateTest, LeavesANarrowIntervalAlone) {
  const Replication more = decide(replicated_sweep(1e6, 12));
  EXPECT_THAT(more.open, IsEmpty());
  EXPECT_THAT(more.said, HasSubstr("every interval is narrow enough"));
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM amendments"), 0);
}

TEST_F(ReplicateTest, WaitsForTheLastTrial) {
  OwnedStore store(path());
  const sweep::Sweep sweep = replicated_sweep(20, 12);
  FrozenSweep frozen = freeze(store, sweep);
  frozen.open.pop_back();
  run_all(store, frozen);
  EXPECT_THAT(store.replicate(sweep).said, IsEmpty());
}

TEST_F(ReplicateTest, TheIntervalUsesTheDeviationOfTheFirstSeeds) {
  const sweep::Sweep sweep = replicated_sweep(20, 12);
  decide(sweep);
  OwnedStore store(path());
  run_all(store, freeze(store, sweep));
  const Difference one = difference();
  const Estimate first = first_stage(one, sweep.seeds);
  EXPECT_EQ(first.n, kFirst);
  EXPECT_EQ(one.estimate.n, 12);
  EXPECT_NEAR(one.estimate.high - one.estimate.mean, student_t_quantile(0.95, 7) * first.sd / std::sqrt(12.0),
              1e-9);
}

std::set<Cell> cells_of(const Table& table, const std::string& column) {
  const auto place = std::ranges::find(table.columns, column) - table.columns.begin();
  std::set<Cell> cells;
  for (const std::vector<Cell>& row : table.rows) cells.insert(row.at(static_cast<std::size_t>(place)));
  return cells;
}

// What `headsweep query` prints of such a sweep.
TEST_F(ReplicateTest, QueriesGiveIntervalsWithoutPValues) {
  decide(replicated_sweep(20, 12));
  StoreReader reader(path());
  for (const char* const name : {"differences", "trend"}) {
    const Table wide = run_query(reader, {name, {}, false, true});
    EXPECT_THAT(cells_of(wide, "p"), ElementsAre(Cell())) << name;
    EXPECT_THAT(cells_of(wide, "note"),
                ElementsAre(Cell("no p: [replicate] chose the number of seeds; the interval is the result")));
    EXPECT_THAT(run_query(reader, {name, {}, true, true}).columns,
                AllOf(Contains("note"), Not(Contains("p"))));
  }
  const Table differences = run_query(reader, {"differences", {}, false, true});
  for (const char* const column : {"smallest_p", "holm_p"})
    EXPECT_THAT(cells_of(differences, column), ElementsAre(Cell())) << column;
}

TEST(Power, WarnsWhereTheSeedsCannotReject) {
  sweep::Sweep sweep = sample_sweep(6);
  EXPECT_EQ(too_few_seeds(sweep::make_plan(sweep)), std::nullopt);  // tests nothing
  sweep.analysis.primary = {"fidelity_min_inner"};
  EXPECT_EQ(confirmatory_tests(sweep::make_plan(sweep)), 2);  // two tasks
  EXPECT_THAT(too_few_seeds(sweep::make_plan(sweep)).value_or(""), HasSubstr("it takes 7 seeds"));
  EXPECT_EQ(too_few_seeds(sweep::make_plan([&] {
              sweep.seeds.push_back(6);
              return sweep;
            }())),
            std::nullopt);
  sweep = replicated_sweep(20, 12);  // its result is an interval
  EXPECT_GT(confirmatory_tests(sweep::make_plan(sweep)), 0);
  sweep.seeds.resize(2);
  EXPECT_EQ(too_few_seeds(sweep::make_plan(sweep)), std::nullopt);
}

}  // namespace
}  // namespace headsweep::results
