// What SQLite does for the named queries, so that they stay quick on large stores: no walk over all rows of a large table
// but those said here, no sorting of them, no temporary index.
#include <set>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <sqlite3.h>

#include "results/query.h"
#include "results/reader.h"
#include "results/status.h"
#include "sample_store.h"

namespace headsweep::results {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSubsetOf;
using testing::UnorderedElementsAre;

// Every statement that runs on the connection while this lives.
class Statements {
 public:
  explicit Statements(SQLite::Database& database) : database_(database) {
    sqlite3_trace_v2(database_.getHandle(), SQLITE_TRACE_STMT, &Statements::note, this);
  }
  ~Statements() { sqlite3_trace_v2(database_.getHandle(), 0, nullptr, nullptr); }
  Statements(const Statements&) = delete;
  Statements& operator=(const Statements&) = delete;

  [[nodiscard]] const std::set<std::string>& texts() const { return texts_; }

 private:
  static int note(unsigned, void* self, void* statement, void*) {
    const char* const text = sqlite3_sql(static_cast<sqlite3_stmt*>(statement));
    if (text != nullptr) static_cast<Statements*>(self)->texts_.insert(text);
    return 0;
  }

  SQLite::Database& database_;
  std::set<std::string> texts_;
};

// Lines of EXPLAIN QUERY PLAN that walk a table from end to end, sort, or index on the fly. A walk in the order of an
// INTEGER PRIMARY KEY ends at the query's limit.
std::set<std::string> costly_steps(SQLite::Database& database, const std::string& sql) {
  SQLite::Statement plan(database, "EXPLAIN QUERY PLAN " + sql);
  std::set<std::string> steps;
  while (plan.executeStep()) {
    const std::string detail = plan.getColumn(3).getString();
    for (const char* const costly : {"SCAN", "USE TEMP", "AUTOMATIC", "MATERIALIZE"}) {
      if (detail.find(costly) != std::string::npos) steps.insert(detail.substr(0, detail.find("-")));
    }
  }
  return steps;
}

class QueryPlanTest : public StoreTest {
 protected:
  void SetUp() override {
    make_finished_store(path(), 40, [](protocol::TrialId trial) { return trial % 9 == 0; });
  }

  template <class Work>
  std::set<std::string> costly_steps_of(const Work& work) {
    StoreReader reader(path());
    std::set<std::string> texts;
    {
      const Statements statements(reader.database());
      work(reader);
      texts = statements.texts();
    }
    EXPECT_FALSE(texts.empty());
    std::set<std::string> steps;
    for (const std::string& text : texts) {
      if (text.starts_with("SELECT") || text.starts_with("WITH"))
        steps.merge(costly_steps(reader.database(), text));
    }
    return steps;
  }

  std::set<std::string> costly_steps_of_query(const std::string& name) {
    return costly_steps_of([&](StoreReader& reader) {
      Query query;
      query.name = name;
      query.headline = true;
      query.limit = 10;
      run_query(reader, query);
    });
  }
};

// In the order of the rows, until the limit ends it.
TEST_F(QueryPlanTest, RowsOfTrialsAreReadInTheirOrder) {
  EXPECT_THAT(costly_steps_of_query("trials"), ElementsAre("SCAN t"));
  for (const char* const name : {"layers", "heads", "curve"})
    EXPECT_THAT(costly_steps_of_query(name), IsEmpty()) << name;
  // Trial by trial; the metrics of one are sorted.
  EXPECT_THAT(costly_steps_of_query("pairs"), UnorderedElementsAre("SCAN a", "USE TEMP B", "SCAN sweeps"));
}

// Where there is no such row, not after looking at every trial.
TEST_F(QueryPlanTest, NothingIsFoundAtOnce) {
  for (const char* const table : {"head_metrics", "curve_metrics", "curves"})
    sql(path(), std::string("DELETE FROM ") + table);
  for (const char* const view : {"head_results", "curve_results"}) {
    StoreReader reader(path());
    SQLite::Statement rows(reader.database(), std::string("SELECT trial FROM ") + view + " ORDER BY trial");
    EXPECT_FALSE(rows.executeStep());
    sqlite3_stmt* const statement = sqlite3_next_stmt(reader.database().getHandle(), nullptr);
    EXPECT_LT(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0), 40) << view;
  }
}

TEST_F(QueryPlanTest, FailuresAreFoundByTheirIndex) {
  EXPECT_THAT(costly_steps_of_query("failures"), ElementsAre("SCAN a USING INDEX attempts_failed"));
}

// Of `arms` (a) and workers (w) there are few; of the events the newest are read.
TEST_F(QueryPlanTest, SummaryAndStatusReadNoTableOfTrials) {
  EXPECT_THAT(costly_steps_of_query("summary"),
              UnorderedElementsAre("SCAN a", "USE TEMP B", "SCAN sweeps",
                                   "SCAN attempts USING INDEX attempts_failed"));
  EXPECT_THAT(costly_steps_of_query("workers"), ElementsAre("SCAN w"));
  EXPECT_THAT(costly_steps_of([](StoreReader& reader) { read_status(reader); }),
              IsSubsetOf({"SCAN (subquery", "MATERIALIZE e", "SCAN e", "SCAN events", "SCAN arms",
                          "SCAN sweeps", "SCAN w", "SCAN workers", "SCAN a USING INDEX attempts_failed",
                          "SCAN pragma_table_info VIRTUAL TABLE INDEX 0:", "USE TEMP B"}));
}

// The lines of an arm are found by its number. Of arms there are few.
TEST_F(QueryPlanTest, StatisticsReadLinesOfTheArmsTheyNeed) {
  for (const char* const name : {"differences", "trend", "nulls"}) {
    EXPECT_THAT(costly_steps_of_query(name),
                IsSubsetOf({"SCAN a", "SCAN attempts USING INDEX attempts_failed", "USE TEMP B",
                            "SCAN sweeps", "SCAN sign_flip_tests"}))
        << name;
  }
}

}  // namespace
}  // namespace headsweep::results
