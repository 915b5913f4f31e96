#include "results/query.h"

#include <algorithm>

#include <gmock/gmock.h>

#include "sample_store.h"

namespace headsweep::results {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;

class QueryTest : public StoreTest {
 protected:
  void SetUp() override {
    make_finished_store(path(), 3, [](protocol::TrialId trial) { return trial == 12; });
  }

  Table ask(const std::string& name, const std::vector<std::string>& where = {},
            bool headline = false) const {
    StoreReader reader(path());
    return run_query(reader, {name, where, headline, true});
  }
  Table run_without_nulls(const std::string& name) const {
    StoreReader reader(path());
    return run_query(reader, {name, {}, true, false});
  }
  Table ask_sql(const std::string& statement) const {
    StoreReader reader(path());
    return run_sql(reader, statement);
  }
  [[nodiscard]] std::string sql_error(const std::string& statement) const {
    return user_error_of([&] { ask_sql(statement); });
  }
};

TEST_F(QueryTest, AnswersEveryName) {
  const std::pair<const char*, std::size_t> rows[] = {{"trials", 12}, {"layers", 44},  {"heads", 22},
                                                      {"curve", 22},  {"summary", 16}, {"failures", 1},
                                                      {"workers", 1}};
  for (const auto& [name, count] : rows) EXPECT_EQ(ask(name).rows.size(), count) << name;
  EXPECT_FALSE(ask("pairs").rows.empty());
  EXPECT_EQ(query_names().size(), 11);
}

TEST_F(QueryTest, PairsAndDifferencesNameTheirArms) {
  const Table pairs = ask("pairs", {"layer=0", "split=heldout", "metric=fidelity_min"}, true);
  EXPECT_THAT(pairs.columns, ElementsAre("task", "heads", "metric", "layer", "split", "seed", "trial",
                                         "difference", "broken_reason"));
  EXPECT_EQ(pairs.rows.size(), 6);
  const Table differences = ask("differences", {"task=cycle", "metric=fidelity_min", "layer=0"});
  ASSERT_EQ(differences.rows.size(), 1);
  EXPECT_THAT(differences.columns, IsSupersetOf({"task", "heads", "baseline", "n", "broken", "difference_low",
                                                 "p", "smallest_p", "holm_p", "label", "note", "failure_rate",
                                                 "divergence_rate", "baseline_divergence_rate"}));
  EXPECT_THAT(differences.rows[0], IsSupersetOf({Cell("cycle"), Cell("cycle, heads 1"), Cell("exploratory"),
                                                 Cell("cannot reject at this n")}));
  EXPECT_EQ(ask("differences", {"layer=mean"}).rows.size(), 14);  // two arms, seven metrics
  EXPECT_EQ(ask("differences", {"at=accuracy", "layer=0"}).rows.size(), 14);
  EXPECT_EQ(ask("trend", {"layer=mean", "metric=fidelity_min"}).rows.size(), 2);
  EXPECT_EQ(ask("nulls", {"layer=1", "metric=fidelity_min", "null=uniform"}).rows.size(), 4);
  EXPECT_THAT(user_error_of([&] { ask("differences", {"metric=fidelity_mi"}); }),
              HasSubstr("'fidelity_min'"));
  EXPECT_THAT(user_error_of([&] { ask("trend", {"splt=train"}); }), HasSubstr("'split'"));
  EXPECT_THAT(user_error_of([&] { ask("nulls", {"split=test"}); }), HasSubstr("train or heldout"));
}

// Of three seeds with 2 heads one failed. In the order of the head counts.
TEST_F(QueryTest, SkillOfEveryArmStandsBesideATrend) {
  const Table trend = ask("trend", {"task=cycle", "metric=fidelity_min", "layer=mean"}, true);
  ASSERT_EQ(trend.rows.size(), 1);
  const auto cell = [&](const std::string& name) {
    const auto found = std::ranges::find(trend.columns, name);
    return found == trend.columns.end()
               ? Cell()
               : trend.rows[0][static_cast<std::size_t>(found - trend.columns.begin())];
  };
  EXPECT_EQ(cell("heads"), Cell("1, 2"));
  EXPECT_EQ(cell("accuracy"), Cell("0.92, 0.895"));
  EXPECT_EQ(cell("failure_rate"), Cell("0, 0.3333"));
  EXPECT_EQ(cell("divergence_rate"), Cell("0, 0.3333"));
}

TEST_F(QueryTest, SaysThatALimitLeftRowsOut) {
  StoreReader reader(path());
  Query query;
  query.name = "trials";
  query.limit = 5;
  EXPECT_EQ(run_query(reader, query).rows.size(), 5);
  EXPECT_TRUE(run_query(reader, query).more);
  query.limit = 12;
  EXPECT_FALSE(run_query(reader, query).more);
}

// A limit saves the tests and intervals of what is not shown, but changes nothing of what is.
TEST_F(QueryTest, TheStatisticsOfALimitAreTheFirstOnes) {
  StoreReader reader(path());
  for (const char* const name : {"differences", "nulls"}) {
    Query query;
    query.name = name;
    query.where = {"layer=mean", "label=exploratory"};  // a choice of rows: all are made
    Table all = run_query(reader, query);
    query.where = {"layer=mean"};
    query.limit = 7;
    const Table first = run_query(reader, query);
    EXPECT_TRUE(first.more) << name;
    ASSERT_GT(all.rows.size(), 7U) << name;
    all.rows.resize(7);
    EXPECT_EQ(first.columns, all.columns) << name;
    EXPECT_EQ(first.rows, all.rows) << name;
  }
}

TEST_F(QueryTest, FiltersByColumns) {
  EXPECT_EQ(ask("trials", {"task=copy", "heads=2"}).rows.size(), 3);
  EXPECT_EQ(ask("trials", {"learning_rate=0.001"}).rows.size(), 12);
  EXPECT_EQ(ask("trials", {"state=failed"}).rows.size(), 1);
  EXPECT_EQ(ask("trials", {"loss=null"}).rows.size(), 1);
  EXPECT_EQ(ask("layers", {"trial=5", "split=train", "layer=0"}).rows.size(), 1);
  EXPECT_EQ(ask("trials", {"task=copy' OR '1'='1"}).rows.size(), 0);
}

TEST_F(QueryTest, NamesTheNearest) {
  EXPECT_THAT(user_error_of([&] { ask("layer"); }), HasSubstr("'layers'"));
  EXPECT_THAT(user_error_of([&] { ask("trials", {"head=2"}); }), HasSubstr("'heads'"));
  EXPECT_THAT(user_error_of([&] { ask("trials", {"heads"}); }), HasSubstr("column=value"));
}

TEST_F(QueryTest, HeadlineKeepsWhatTellsRowsApart) {
  const Table all = ask("summary");
  const Table narrow = run_without_nulls("summary");
  EXPECT_EQ(narrow.rows.size(), all.rows.size());
  EXPECT_LT(narrow.columns.size(), 20);
  EXPECT_THAT(narrow.columns, Contains("heads"));
  EXPECT_THAT(narrow.columns, Contains("head_width"));  // differs between rows
  EXPECT_THAT(narrow.columns, Not(Contains("width")));  // does not
  EXPECT_THAT(narrow.columns,
              IsSupersetOf({"fidelity_min_inner", "accuracy", "failure_rate", "divergence_rate"}));
}

// The sample has an untrained null of layer 0 held out, and none of the others that need a model.
TEST_F(QueryTest, NullsStandBelowTheValues) {
  const Table table = ask("summary", {"task=copy", "heads=2", "layer=0", "split=heldout"}, true);
  const auto column = [&](const std::string& name) {
    return static_cast<std::size_t>(std::ranges::find(table.columns, name) - table.columns.begin());
  };
  std::vector<Cell> attention;
  for (const std::vector<Cell>& row : table.rows) attention.push_back(row.at(column("attention")));
  EXPECT_THAT(attention, ElementsAre(Cell("trained"), Cell("untrained"), Cell("uniform"), Cell("identity"),
                                     Cell("previous_token")));
  const std::size_t fidelity = column("fidelity_min_inner");
  EXPECT_EQ(table.rows[1].at(fidelity), Cell(9000 + (16.0 + 25 + 36) / 3 + 1.0 / 3));  // trials 4, 5, 6
  EXPECT_EQ(table.rows[0].at(fidelity), Cell("9026 [9001, 9051]"));
  EXPECT_EQ(table.rows[1].at(column("heads")), Cell());
  EXPECT_NEAR(std::get<double>(table.rows[2].at(column("mixing_time_forward"))), 6, 1e-12);
  // Closed forms are shown once, not for every arm.
  EXPECT_EQ(ask("summary", {"layer=0", "split=heldout"}, true).rows.size(), 4 + 4 + 3);
}

TEST_F(QueryTest, RefusesTextForNumbers) {
  EXPECT_THAT(user_error_of([&] { ask("trials", {"heads=x"}); }),
              AllOf(HasSubstr("'heads' holds numbers"), HasSubstr("--where heads=1")));
  EXPECT_THAT(user_error_of([&] { ask("summary", {"fidelity_min_inner=high"}); }),
              HasSubstr("holds numbers"));
  EXPECT_EQ(ask("trials", {"task=x"}).rows.size(), 0);
  EXPECT_EQ(ask("trials", {"checkpoint=x"}).rows.size(), 0);  // a column without values holds no numbers
}

TEST_F(QueryTest, RunsSqlThatReads) {
  const Table table =
      ask_sql("SELECT heads, count(*) AS n FROM trial_results GROUP BY heads ORDER BY heads; ");
  EXPECT_THAT(table.columns, ElementsAre("heads", "n"));
  EXPECT_THAT(table.rows.at(0), ElementsAre(Cell(std::int64_t{1}), Cell(std::int64_t{6})));
  EXPECT_EQ(
      ask_sql("WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 5) SELECT n FROM c")
          .rows.size(),
      5);
  EXPECT_FALSE(ask_sql("PRAGMA table_info(trials)").rows.empty());
}

TEST_F(QueryTest, RefusesSqlThatDoesMoreThanRead) {
  const std::filesystem::path other = path().parent_path() / "other.db";
  for (const std::string& statement :
       {std::string("DELETE FROM trials"), std::string("UPDATE trials SET seed = 1"),
        "ATTACH '" + other.string() + "' AS o", std::string("PRAGMA user_version = 7"),
        std::string("PRAGMA journal_mode = WAL"), std::string("VACUUM"),
        "VACUUM INTO '" + other.string() + "'", std::string("BEGIN"),
        std::string("CREATE TEMP TABLE t (x)")}) {
    EXPECT_THAT(sql_error(statement), HasSubstr("--sql may only read")) << statement;
  }
  EXPECT_FALSE(std::filesystem::exists(other));
  EXPECT_THAT(sql_error("SELECT 1; DELETE FROM trials"), HasSubstr("more than one statement"));
  EXPECT_THAT(sql_error("  "), HasSubstr("empty"));
  EXPECT_THAT(sql_error("SELECT absent FROM trials"), HasSubstr("no such column: absent"));
  EXPECT_THAT(sql_error("SELECT load_extension('x')"), HasSubstr("not authorized"));
  EXPECT_EQ(ask("trials").rows.size(), 12);
}

using ReaderTest = StoreTest;

TEST_F(ReaderTest, ReadsWhileARunWrites) {
  OwnedStore store(path());
  const FrozenSweep frozen = freeze(store, sample_sweep());
  StoreReader reader(path());
  EXPECT_EQ(run_query(reader, {"trials", {"state=done"}, false, false}).rows.size(), 0);
  run_all(store, frozen);
  EXPECT_EQ(run_query(reader, {"trials", {"state=done"}, false, false}).rows.size(), 12);
}

TEST_F(ReaderTest, SaysWhatIsWrongWithTheFile) {
  EXPECT_THAT(user_error_of([&] { StoreReader{path()}; }), HasSubstr("no such file"));
  { const OwnedStore store(path()); }
  sql(path(), "PRAGMA user_version = 99");
  EXPECT_THAT(user_error_of([&] { StoreReader{path()}; }), HasSubstr("newer headsweep"));
  sql(path(), "PRAGMA user_version = 1");
  sql(path(), "PRAGMA application_id = 5");
  EXPECT_THAT(user_error_of([&] { StoreReader{path()}; }), HasSubstr("another application"));
}

}  // namespace
}  // namespace headsweep::results
