#include <chrono>
#include <optional>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>

#include "errors/user_error.h"
#include "results/connection.h"
#include "results/recorder.h"
#include "sample_store.h"

namespace headsweep::results {
namespace {

using testing::ElementsAre;

using WriterTest = StoreTest;

// Takes committed attempts until there are `count`.
std::vector<protocol::AttemptId> wait_for_committed(StoreWriter& writer, std::size_t count) {
  std::vector<protocol::AttemptId> committed;
  while (committed.size() < count && !writer.failure()) {
    for (const protocol::AttemptId attempt : writer.take_committed()) committed.push_back(attempt);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return committed;
}

bool is_owned(const OwnedStore& store) {
  try {
    store.require_owned();
    return true;
  } catch (const UserError&) {
    return false;
  }
}

TEST_F(WriterTest, ReportsAttemptsOnceTheirResultIsInTheFile) {
  OwnedStore store(path());
  const FrozenSweep frozen = freeze(store, sample_sweep());
  StoreWriter writer(store, frozen.sweep);
  writer.submit(AttemptStarted{1, 5, 1});
  writer.submit(AttemptStarted{2, 6, 1});
  writer.submit(AttemptSucceeded{1, 5, sample_result(5)});
  EXPECT_THAT(wait_for_committed(writer, 1), ElementsAre(1));
  EXPECT_EQ(sql_integer(path(), "SELECT trial FROM trial_results WHERE state = 'done'"), 5);
  EXPECT_EQ(sql_integer(path(), "SELECT trial FROM trial_results WHERE state = 'running'"), 6);
  writer.submit(AttemptSucceeded{2, 6, sample_result(6)});
  writer.finish();
  EXPECT_THAT(writer.take_committed(), ElementsAre(2));
  EXPECT_TRUE(writer.take_committed().empty());
}

TEST_F(WriterTest, WritesNothingMoreOnceTheStoreWasTakenOver) {
  OwnedStore store(path(), {.interval = std::chrono::milliseconds(10)});
  const FrozenSweep frozen = freeze(store, sample_sweep());
  StoreWriter writer(store, frozen.sweep);
  std::filesystem::remove(store_folder(path()) / "owner");
  while (is_owned(store)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  writer.submit(AttemptStarted{1, 5, 1});
  EXPECT_THAT(user_error_of([&] { writer.finish(); }), testing::HasSubstr("was taken over by another run"));
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM attempts"), 0);
}

TEST_F(WriterTest, NoCommitOfAnOwnerSucceedsOnceTheStoreWasTakenOver) {
  OwnedStore store(path(), {.interval = std::chrono::milliseconds(10)});
  freeze(store, sample_sweep());
  SQLite::Transaction transaction(store.database());
  store.database().exec("UPDATE trials SET state = 'cancelled'");
  std::filesystem::remove(store_folder(path()) / "owner");
  while (is_owned(store)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  try {
    transaction.commit();
    FAIL() << "committed";
  } catch (const SQLite::Exception& error) {
    EXPECT_THAT(describe_problem(error, path()), testing::HasSubstr("was taken over by another run"));
  }
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM trials WHERE state = 'planned'"), 12);
}

TEST_F(WriterTest, RecordsWhatHappened) {
  OwnedStore store(path());
  const FrozenSweep frozen = freeze(store, sample_sweep());
  StoreWriter writer(store, frozen.sweep);
  writer.submit(WorkerSeen{3, {"node1", 4711, "cuda:0", 2}});
  writer.submit(AttemptStarted{1, 5, 3});
  writer.submit(
      AttemptEnded{5,
                   {1, protocol::EndReason::kTrainerKilled, "killed by signal 11", 11, {}, "two\nlines"},
                   TrialState::kFailed});
  writer.submit(Event{"worker_lost", "node1 is silent", {}, 3});
  writer.submit(WorkerEnded{3, "lost"});
  writer.submit(WorkerEnded{4, "lost"});  // never said hello
  writer.finish();
  EXPECT_THAT(sql(path(), "SELECT number, host, pid, device, threads, state FROM workers").rows.at(0),
              ElementsAre(Cell(std::int64_t{3}), Cell("node1"), Cell(std::int64_t{4711}), Cell("cuda:0"),
                          Cell(std::int64_t{2}), Cell("lost")));
  EXPECT_THAT(
      sql(path(), "SELECT trial, state, reason, message, signal, exit_code, host, log_tail FROM failures")
          .rows.at(0),
      ElementsAre(Cell(std::int64_t{5}), Cell("failed"), Cell("trainer_killed"), Cell("killed by signal 11"),
                  Cell(std::int64_t{11}), Cell(), Cell("node1"), Cell("two\nlines")));
  EXPECT_THAT(sql(path(), "SELECT kind, message, trial, worker FROM events").rows.at(0),
              ElementsAre(Cell("worker_lost"), Cell("node1 is silent"), Cell(), Cell(std::int64_t{1})));
}

// What short trials do within one transaction leaves the rows that long ones leave over many.
TEST_F(WriterTest, AttemptsWithinATransactionLeaveWhatTheyLeaveOverMany) {
  const protocol::AttemptFailed failure = {1, protocol::EndReason::kTrainerHung, "silent", {}, 9, "a line"};
  const std::vector<Record> records = {WorkerSeen{1, {"node1", 4711, "cpu", 2}},
                                       AttemptStarted{1, 5, 1},
                                       AttemptStarted{2, 6, 1},
                                       AttemptEnded{5, failure, TrialState::kPlanned},
                                       AttemptStarted{3, 5, 1},
                                       AttemptSucceeded{3, 5, sample_result(5)},
                                       AttemptSucceeded{2, 6, sample_result(6)},
                                       AttemptStarted{4, 7, 1}};
  const auto rows_after = [&](const std::string& name, bool at_once) {
    const std::filesystem::path file = path().parent_path() / name;
    OwnedStore store(file);
    Recorder recorder(store.database(), freeze(store, sample_sweep()).sweep);
    std::optional<SQLite::Transaction> transaction(store.database());
    for (const Record& record : records) {
      recorder.apply(record);
      if (at_once) continue;
      recorder.finish();
      transaction->commit();
      transaction.emplace(store.database());
    }
    recorder.finish();
    transaction->commit();
    EXPECT_EQ(sql_integer(file, "SELECT count(*) FROM attempts WHERE started_at IS NULL"), 0);
    auto rows = sql(file,
                    "SELECT attempt, trial, worker, state, reason, message, signal, exit_code, log_tail,"
                    " ended_at IS NULL FROM attempts ORDER BY attempt")
                    .rows;
    for (auto& row : sql(file, "SELECT trial, state FROM trials ORDER BY trial").rows) rows.push_back(row);
    for (auto& row : sql(file, "SELECT arm, planned, running, done FROM arms ORDER BY arm").rows)
      rows.push_back(row);
    return rows;
  };
  const auto many = rows_after("many.db", false);
  EXPECT_EQ(rows_after("one.db", true), many);
  EXPECT_THAT(many.at(0), ElementsAre(Cell(std::int64_t{1}), Cell(std::int64_t{5}), Cell(std::int64_t{1}),
                                      Cell("failed"), Cell("trainer_hung"), Cell("silent"), Cell(),
                                      Cell(std::int64_t{9}), Cell("a line"), Cell(std::int64_t{0})));
  EXPECT_EQ(many.at(3).at(3), Cell("running"));
}

TEST_F(WriterTest, WorkersOfALaterRunAreOthers) {
  for (int run = 0; run < 2; ++run) {
    OwnedStore store(path());
    StoreWriter writer(store, freeze(store, sample_sweep()).sweep);
    writer.submit(WorkerSeen{1, {"node1", 100 + run, "cpu", 1}});
    writer.finish();
  }
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM workers WHERE number = 1 AND run = worker"), 2);
}

TEST_F(WriterTest, StoresWhatIsUndefinedAsNull) {
  OwnedStore store(path());
  const FrozenSweep frozen = freeze(store, sample_sweep());
  protocol::TrialResult result = sample_result(1);
  const auto metric = static_cast<std::size_t>(metrics::Metric::kJsDivergence);
  result.layers[0].metrics[metric] = {};
  result.steps_to_90.reset();
  StoreWriter writer(store, frozen.sweep);
  writer.submit(AttemptStarted{1, 1, 1});
  writer.submit(AttemptSucceeded{1, 1, result});
  writer.finish();
  const Table table = sql(path(),
                          "SELECT js_divergence, js_divergence_std, js_divergence_n FROM layer_results "
                          "WHERE layer = 0 AND split = 'train'");
  EXPECT_THAT(table.rows.at(0), ElementsAre(Cell(), Cell(), Cell(std::int64_t{0})));
  EXPECT_THAT(sql(path(), "SELECT steps_to_90, checkpoint FROM trial_results WHERE trial = 1").rows.at(0),
              ElementsAre(Cell(), Cell()));
}

// A reader that holds its transaction sees one state of the store and does not stop the writer.
TEST_F(WriterTest, WritesWhileAReaderHoldsATransaction) {
  OwnedStore store(path());
  const FrozenSweep frozen = freeze(store, sample_sweep());
  SQLite::Database reader(path().string(), SQLite::OPEN_READONLY);
  reader.exec("BEGIN");
  const auto done = [&] {
    return reader.execAndGet("SELECT count(*) FROM trials WHERE state = 'done'").getInt();
  };
  EXPECT_EQ(done(), 0);
  run_all(store, frozen);
  EXPECT_EQ(done(), 0);
  reader.exec("COMMIT");
  EXPECT_EQ(done(), 12);
}

TEST_F(WriterTest, QueueIsBounded) {
  OwnedStore store(path());
  const FrozenSweep frozen = freeze(store, sample_sweep());
  SQLite::Database other(path().string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");  // the writer waits
  StoreWriter writer(store, frozen.sweep);
  std::size_t submitted = 0;
  while (writer.has_room() && submitted < 100'000) {
    writer.submit(Event{"test", std::to_string(submitted), {}, {}});
    ++submitted;
  }
  EXPECT_LT(submitted, 100'000);
  other.exec("ROLLBACK");
  writer.finish();
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM events"), static_cast<std::int64_t>(submitted));
  // In the order in which they came.
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM events WHERE CAST(message AS INTEGER) <> event - 1"),
            0);
}

TEST_F(WriterTest, ManyResultsInBatches) {
  OwnedStore store(path());
  const FrozenSweep frozen = freeze(store, sample_sweep(700));  // 2,800 trials
  run_all(store, frozen);
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM layer_results"), 2800 * 4);
  EXPECT_EQ(sql_integer(path(), "SELECT count(*) FROM attempts WHERE state = 'done'"), 2800);
}

// A second result of a trial is a bug of whoever sends it; it must not replace the first.
TEST_F(WriterTest, RefusesASecondResult) {
  OwnedStore store(path());
  const FrozenSweep frozen = freeze(store, sample_sweep());
  StoreWriter writer(store, frozen.sweep);
  writer.submit(AttemptStarted{1, 1, 1});
  writer.submit(AttemptSucceeded{1, 1, sample_result(1)});
  wait_for_committed(writer, 1);
  writer.submit(AttemptSucceeded{1, 1, sample_result(2)});
  EXPECT_THROW(writer.finish(), UserError);
  EXPECT_EQ(std::get<double>(sql_cell(path(), "SELECT loss FROM results")), sample_result(1).loss);
}

}  // namespace
}  // namespace headsweep::results
