#include "sample_store.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/user_error.h"
#include "results/cells.h"
#include "trial/parameters.h"

namespace headsweep::results {
namespace {

using protocol::Split;

metrics::MetricSummaries sample_summaries(protocol::TrialId trial, std::int64_t layer, Split split) {
  metrics::MetricSummaries summaries;
  for (const metrics::MetricInfo& info : metrics::all_metrics()) {
    metrics::MetricSummary& summary = summaries[static_cast<std::size_t>(info.metric)];
    const bool walk_time = info.scale == metrics::Scale::kWalkTime;
    summary = {sample_metric(trial, layer, split, info.metric), 0.125, 8, walk_time ? 2 : 0};
  }
  return summaries;
}

protocol::LayerMeasurement sample_layer(protocol::TrialId trial, std::int64_t layer, Split split) {
  return {layer, split, sample_summaries(trial, layer, split)};
}

std::vector<protocol::LayerMeasurement> sample_layers(protocol::TrialId trial) {
  std::vector<protocol::LayerMeasurement> layers;
  for (const std::int64_t layer : {0, 1}) {
    for (const Split split : {Split::kTrain, Split::kHeldOut})
      layers.push_back(sample_layer(trial, layer, split));
  }
  return layers;
}

}  // namespace

sweep::Sweep sample_sweep(std::uint32_t seeds) {
  sweep::Sweep sweep;
  sweep.name = "sample";
  for (std::uint32_t seed = 0; seed < seeds; ++seed) sweep.seeds.push_back(seed);
  sweep.base.model.vocabulary = 16;
  sweep.base.model.length = 8;
  sweep.base.model.width = 8;
  sweep.base.model.layers = 2;
  sweep.base.model.mlp_width = 8;
  sweep.base.model.dropout = 0;
  sweep.base.training.samples = 0;
  sweep.base.training.steps = 100;
  sweep.axes = {{"training.task", {std::string("copy"), std::string("cycle")}},
                {"model.heads", {std::int64_t{1}, std::int64_t{2}}}};
  sweep.analysis.baseline = {{"model.heads", std::int64_t{1}}};
  return sweep;
}

double sample_metric(protocol::TrialId trial, std::int64_t layer, Split split, metrics::Metric metric) {
  const auto t = static_cast<double>(trial);
  // Not linear in the trial, so that standard deviations of different arms differ.
  return 1.0 / 3.0 + t * t + static_cast<double>(layer) * 100 + (split == Split::kTrain ? 0.5 : 0) +
         static_cast<double>(metric) * 1000;
}

protocol::TrialResult sample_result(protocol::TrialId trial) {
  protocol::TrialResult result{};
  result.parameters = 0;  // run_all() sets the planned one
  result.steps = 100;
  result.train_loss = 0.1;
  result.train_accuracy = 0.9;
  result.loss = 0.2 + static_cast<double>(trial);
  result.accuracy = 1 - 0.01 * static_cast<double>(trial);
  result.steps_to_90 = 60;
  result.train_seconds = 1.5;
  result.measure_seconds = 0.5;
  result.tokens = 40'000;
  result.flops = 1e9;
  result.step_kind = "eager";
  result.device = "cpu";
  result.numerics = R"({"dtype":"float32"})";
  result.build = "0.1.0";
  result.layers = sample_layers(trial);
  for (const std::int64_t head : {0, 1}) {
    result.heads.push_back(
        {1, head, Split::kHeldOut, head, sample_summaries(trial, 10 + head, Split::kHeldOut)});
  }
  result.nulls = {{"untrained", sample_layer(trial, 0, Split::kHeldOut)}};
  result.curve = {{50, 1.5, 0.5, std::nullopt, {}},
                  {80, 0.5, 0.97, 0.25, {sample_layer(trial + 1000, 0, Split::kHeldOut)}}};
  return result;
}

FrozenSweep freeze(OwnedStore& store, const sweep::Sweep& sweep, IfChanged if_changed) {
  return store.freeze(sweep, if_changed, [&] { return sweep::make_plan(sweep); });
}

void run_all(OwnedStore& store, const FrozenSweep& sweep,
             const std::function<bool(protocol::TrialId)>& failing) {
  StoreWriter writer(store, sweep.sweep);
  writer.submit(WorkerSeen{1, {"node1", 4711, "cpu", 1}});
  protocol::AttemptId attempt = sweep.next_attempt;
  for (const OpenTrial& open : sweep.open) {
    writer.submit(AttemptStarted{attempt, open.trial, 1});
    if (failing(open.trial)) {
      writer.submit(AttemptEnded{
          open.trial,
          {attempt, protocol::EndReason::kDiverged, "loss is NaN at step 7", {}, {}, "last line"},
          TrialState::kFailed});
    } else {
      protocol::TrialResult result = sample_result(open.trial);
      result.parameters = trial::count_parameters(open.settings.model).total();
      writer.submit(AttemptSucceeded{attempt, open.trial, result});
    }
    ++attempt;
  }
  writer.submit(WorkerEnded{1, "finished"});
  writer.finish();
}

void make_finished_store(const std::filesystem::path& path, std::uint32_t seeds,
                         const std::function<bool(protocol::TrialId)>& failing) {
  OwnedStore store(path);
  run_all(store, freeze(store, sample_sweep(seeds)), failing);
}

void remove_running_sums(const std::filesystem::path& store) {
  for (const char* const statement :
       {"DROP TRIGGER count_new_trial", "DROP TRIGGER count_changed_trial", "DROP TABLE arm_sums",
        "DROP TABLE trial_values", "DROP TABLE arms", "DROP INDEX attempts_failed",
        "ALTER TABLE workers DROP COLUMN trial", "ALTER TABLE workers DROP COLUMN step",
        "ALTER TABLE workers DROP COLUMN steps_per_second", "DELETE FROM store_info WHERE name = 'sums'",
        "UPDATE store_info SET value = 'older' WHERE name = 'layout'", "PRAGMA user_version = 2"})
    sql(store, statement);
}

Table sql(const std::filesystem::path& store, const std::string& statement) {
  SQLite::Database database(store.string(), SQLite::OPEN_READWRITE, 10'000);
  SQLite::Statement query(database, statement);
  Table table;
  for (int i = 0; i < query.getColumnCount(); ++i) table.columns.emplace_back(query.getColumnName(i));
  while (query.executeStep()) table.rows.push_back(read_row(query));
  return table;
}

Cell sql_cell(const std::filesystem::path& store, const std::string& statement) {
  const Table table = sql(store, statement);
  if (table.rows.size() != 1 || table.rows.front().size() != 1) {
    ADD_FAILURE() << statement << " yields " << table.rows.size() << " rows, not one cell";
    return {};
  }
  return table.rows.front().front();
}

std::int64_t sql_integer(const std::filesystem::path& store, const std::string& statement) {
  const Cell cell = sql_cell(store, statement);
  const auto* const integer = std::get_if<std::int64_t>(&cell);
  if (integer == nullptr) ADD_FAILURE() << statement << " yields no integer";
  return integer == nullptr ? 0 : *integer;
}

std::string user_error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const UserError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

}  // namespace headsweep::results
