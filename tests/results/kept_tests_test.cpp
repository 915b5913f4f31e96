// The tests that a store keeps against those made of all trials: whatever is done to the store, what is shown is the same.
#include "results/sums/kept_tests.h"

#include <gmock/gmock.h>

#include "results/merge.h"
#include "results/query.h"
#include "results/reader.h"
#include "results/remeasure.h"
#include "results/render.h"
#include "results/verify.h"
#include "sample_store.h"

namespace headsweep::results {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kArms = kTestedAtOnce + 6;  // that are compared, each with a baseline of its own
constexpr std::int64_t kKept =
    2 * kTestedAtOnce;  // two primary metrics; the last six arms are left to the reader
constexpr std::uint32_t kSeeds = 12;

// Of each rate first the arms with one head, then those with two.
sweep::Sweep sweep_of_many_arms(std::uint32_t seeds = kSeeds) {
  sweep::Sweep sweep = sample_sweep(seeds);
  std::vector<trial::Value> rates;
  for (std::int64_t i = 1; i <= kArms; ++i) rates.emplace_back(1e-4 * static_cast<double>(i));
  sweep.axes = {{"training.learning_rate", rates}, {"model.heads", {std::int64_t{1}, std::int64_t{2}}}};
  sweep.analysis.primary = {"hitting_time_forward_mean", "fidelity_min_inner"};
  return sweep;
}

// So that arms have different numbers of pairs.
bool some(protocol::TrialId trial) {
  return trial % 7 == 0 || trial % 90 < 4;
}

class KeptTestsTest : public StoreTest {
 protected:
  [[nodiscard]] fs::path file(const std::string& name) const { return path().parent_path() / name; }

  void make_store() const {
    OwnedStore store(path());
    run_all(store, freeze(store, sweep_of_many_arms()), some);
  }

  [[nodiscard]] std::int64_t kept() const {
    return sql_integer(path(), "SELECT count(*) FROM sign_flip_tests");
  }

  // Every digit of the first rows.
  static std::string answer(const fs::path& store, const std::string& name, std::int64_t limit = 20) {
    StoreReader reader(store);
    Query query;
    query.name = name;
    query.where = {"layer=mean"};
    query.limit = limit;
    return render(run_query(reader, query), Format::kJson);
  }

  // The same from all trials.
  static std::string answer_without_tests(const fs::path& store) {
    const fs::path copy = store.string() + ".copy";
    fs::copy_file(store, copy, fs::copy_options::overwrite_existing);
    sql(copy, "DELETE FROM sign_flip_tests");
    return answer(copy, "differences");
  }

  static std::vector<std::string> findings_of(const fs::path& store) {
    StoreReader reader(store);
    std::vector<std::string> lines;
    for (const Finding& finding : verify(reader)) lines.push_back(finding.where + ": " + finding.problem);
    return lines;
  }
};

TEST_F(KeptTestsTest, DifferencesAreThoseOfAllTrials) {
  make_store();
  EXPECT_EQ(kept(), kKept);
  EXPECT_GT(sql_integer(path(), "SELECT count(DISTINCT p) FROM sign_flip_tests"), 2);
  EXPECT_TRUE(answer(path(), "differences") == answer_without_tests(path()));
  EXPECT_THAT(findings_of(path()), IsEmpty());
}

// Holm's correction is made with tests that are read instead of trials.
TEST_F(KeptTestsTest, TestsOfOtherArmsCount) {
  make_store();
  const std::string before = answer(path(), "differences");
  sql(path(), "UPDATE sign_flip_tests SET p = 1e-9, pairs = 32");
  EXPECT_FALSE(answer(path(), "differences") == before);
}

TEST_F(KeptTestsTest, TheFirstRowsAreThoseOfAllRows) {
  make_store();
  for (const char* const name : {"differences", "trend", "nulls"}) {
    const std::string all = answer(path(), name, 0);
    const std::string first = answer(path(), name, 20);
    const std::size_t rows = first.rfind('}') + 1;
    EXPECT_EQ(std::ranges::count(first, '{'), 20) << name;
    EXPECT_TRUE(first.substr(0, rows) == all.substr(0, rows)) << name;
  }
}

TEST_F(KeptTestsTest, AreForgottenWithATrialOfTheArmOrItsBaseline) {
  make_store();
  const std::string before = answer(path(), "differences");
  for (const protocol::TrialId trial : {5, 40}) {  // of a baseline; of an arm that has another one
    OwnedStore store(path());
    replace_measurements(store, trial, sample_result(1003));
  }
  EXPECT_EQ(kept(), kKept - 4);
  EXPECT_FALSE(answer(path(), "differences") == before);
  EXPECT_TRUE(answer(path(), "differences") == answer_without_tests(path()));
  EXPECT_THAT(findings_of(path()), IsEmpty());
}

TEST_F(KeptTestsTest, AreForgottenWithThePlan) {
  make_store();
  {
    OwnedStore store(path());
    const FrozenSweep more = freeze(store, sweep_of_many_arms(kSeeds + 1), IfChanged::kExtend);
    EXPECT_EQ(kept(), 0);
    run_all(store, more);
  }
  EXPECT_EQ(kept(), kKept);
  EXPECT_TRUE(answer(path(), "differences") == answer_without_tests(path()));
  EXPECT_THAT(findings_of(path()), IsEmpty());
}

TEST_F(KeptTestsTest, MergedStoresHaveThem) {
  make_store();
  std::vector<fs::path> shards;
  for (const std::int64_t index : {1, 2}) {
    shards.push_back(file(std::to_string(index) + ".db"));
    OwnedStore store(shards.back());
    const sweep::Sweep sweep = sweep_of_many_arms();
    run_all(store,
            store.freeze(
                sweep, IfChanged::kRefuse, [&] { return sweep::make_plan(sweep); }, sweep::Shard{index, 2}),
            some);
  }
  merge_stores(file("out.db"), shards, false);
  EXPECT_EQ(sql_integer(file("out.db"), "SELECT count(*) FROM sign_flip_tests"), 2 * kArms);
  EXPECT_TRUE(answer(file("out.db"), "differences") == answer(path(), "differences"));
  EXPECT_THAT(findings_of(file("out.db")), IsEmpty());
}

TEST_F(KeptTestsTest, OlderStoresAreReadWithoutAndGetThem) {
  make_store();
  const std::string before = answer(path(), "differences");
  for (const char* const statement :
       {"DROP TABLE sign_flip_tests", "DROP TRIGGER forget_tests_of_new_values",
        "DROP TRIGGER forget_tests_of_old_values", "DROP TRIGGER forget_tests_of_old_plan",
        "UPDATE store_info SET value = 'older' WHERE name = 'layout'"})
    sql(path(), statement);
  EXPECT_TRUE(answer(path(), "differences") == before);
  {
    OwnedStore store(path());
    run_all(store, freeze(store, sweep_of_many_arms()));
  }
  EXPECT_EQ(kept(), kKept);
  EXPECT_TRUE(answer(path(), "differences") == before);
  EXPECT_THAT(findings_of(path()), IsEmpty());
}

TEST_F(KeptTestsTest, VerifyFindsWhatIsNotTheTest) {
  make_store();
  sql(path(), "UPDATE sign_flip_tests SET p = p / 2 WHERE arm = 4 AND metric = 'fidelity_min_inner'");
  EXPECT_THAT(
      findings_of(path()),
      ElementsAre("sign_flip_tests arm 4: the test of fidelity_min_inner is not what its trials say"));
}

TEST_F(KeptTestsTest, FewArmsAreLeftToTheReader) {
  make_finished_store(path(), kSeeds);
  EXPECT_EQ(kept(), 0);
}

}  // namespace
}  // namespace headsweep::results
