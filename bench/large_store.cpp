// Makes a store as large as the largest sweeps and says how quickly it was written.
//
//   large_store STORE [--trials 100000] [--seeds 100] [--heads-rows] [--nulls] [--every-arm-last]
//               [--sweep-file FILE] [--shard I/K] [--planned]
//
// The sweep has 5 head counts x 2 tasks x as many learning rates as the trials need, each with `--seeds` seeds; 4 layers and
// the whole model, both splits, every metric that each of them has. The plan, the store and its writer are the real ones; the numbers
// are drawn. Results come seed after seed of an arm, or with --every-arm-last arm after arm of a seed. Prints one JSON object:
// `trials_per_second` from the first result to the last commit, `bytes_per_trial` of the finished file less the plan's.

#include <chrono>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <thread>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "errors/user_error.h"
#include "random/counter_random.h"
#include "results/store.h"
#include "results/store_writer.h"
#include "sweep/shard.h"
#include "sweep/sweep_file.h"

namespace headsweep::results {
namespace {

struct Options {
  std::string store;
  std::int64_t trials = 100'000;
  std::int64_t seeds = 100;
  bool head_rows = false;
  bool nulls = false;
  bool seed_major = false;
  std::string sweep_file;
  std::string shard;
  bool planned = false;
};

constexpr std::int64_t kLayers = 4;
constexpr std::int64_t kHeadCounts = 5;
constexpr std::int64_t kTasks = 2;
using Clock = std::chrono::steady_clock;

// As text, so that `headsweep run` can be given the same.
std::string large_sweep(const Options& options) {
  const std::int64_t arms = std::max(options.trials / options.seeds, kHeadCounts * kTasks);
  std::string rates;  // a line each: a sweep's lines are not endless
  for (std::int64_t i = 0; i < arms / (kHeadCounts * kTasks); ++i)
    rates += nlohmann::json(1e-3 * (1 + static_cast<double>(i) / 1024)).dump() + ",\n";
  return "[sweep]\nname = \"large\"\nseeds = " + std::to_string(options.seeds) +
         "\n[model]\nvocabulary = 16\nlength = 16\nwidth = 32\nmlp_width = 64\nlayers = " +
         std::to_string(kLayers) +
         "\n[training]\nsamples = 0\nsteps = 100\n"
         "[analysis]\nprimary = [\"mixing_time_forward\", \"fidelity_min_inner\"]\n"
         "baseline = { \"model.heads\" = 1 }\n"
         "[axes]\n\"training.task\" = [\"copy\", \"cycle\"]\n\"training.learning_rate\" = [\n" +
         rates + "]\n\"model.heads\" = [1, 2, 4, 8, 16]\n";
}

using Scopes = std::set<metrics::Scope>;
const Scopes kOfLayers = {metrics::Scope::kLayer, metrics::Scope::kBoth};
const Scopes kOfHeads = {metrics::Scope::kHead, metrics::Scope::kBoth};
const Scopes kOfTheWholeModel = {metrics::Scope::kBoth};

// Values as trained models have them: times over decades, fractions down to tiny ones, some that differ in the last digits.
metrics::MetricSummaries drawn_summaries(const OpenTrial& open, std::int64_t place, const Scopes& scopes) {
  metrics::MetricSummaries summaries;
  const double heads = std::log2(static_cast<double>(open.settings.model.heads));
  for (const metrics::MetricInfo& info : metrics::all_metrics()) {
    const auto index = static_cast<std::size_t>(info.metric);
    if (!scopes.contains(info.scope)) {
      summaries[index] = {std::nan(""), std::nan(""), 0, 0};
      continue;
    }
    const random::Block bits =
        random::random_block(static_cast<std::uint32_t>(open.trial), random::Purpose::kMonteCarloWalks,
                             static_cast<std::uint32_t>(place), static_cast<std::uint32_t>(index), 0);
    const double uniform = random::uniform_open(bits[0]);
    const bool walk_time = info.scale == metrics::Scale::kWalkTime;
    const double value = walk_time ? std::exp(8 * uniform + 0.3 * heads) : std::pow(uniform, 3 + heads);
    summaries[index] = {value, 0.1 * random::uniform_open(bits[1]), 50, walk_time ? bits[2] % 3 : 0};
  }
  return summaries;
}

std::vector<protocol::LayerMeasurement> drawn_layers(const OpenTrial& open, std::int64_t salt) {
  std::vector<protocol::LayerMeasurement> layers;
  for (std::int64_t layer = -1; layer < kLayers; ++layer) {
    for (const protocol::Split split : {protocol::Split::kTrain, protocol::Split::kHeldOut}) {
      const std::int64_t place = (salt * kLayers + layer) * 2 + (split == protocol::Split::kTrain ? 0 : 1);
      layers.push_back(
          {layer, split, drawn_summaries(open, place + 2, layer < 0 ? kOfTheWholeModel : kOfLayers)});
    }
  }
  return layers;
}

protocol::TrialResult drawn_result(const OpenTrial& open, const Options& options) {
  protocol::TrialResult result{};
  result.parameters = open.parameters;
  result.steps = 100;
  const random::Block bits = random::random_block(static_cast<std::uint32_t>(open.trial),
                                                  random::Purpose::kMonteCarloWalks, 1U << 20, 0, 0);
  result.train_loss = result.loss = random::uniform_open(bits[0]);
  result.train_accuracy = result.accuracy = random::uniform_open(bits[1]);
  result.train_seconds = 1.5;
  result.measure_seconds = 0.5;
  result.tokens = 40'000;
  result.flops = 1e9;
  result.step_kind = "fused";
  result.device = "cpu";
  result.numerics = R"({"dtype":"float32"})";
  result.build = "bench";
  result.layers = drawn_layers(open, 1);
  if (options.head_rows) {
    for (const protocol::LayerMeasurement& layer : drawn_layers(open, 2)) {
      if (layer.layer < 0) continue;
      const metrics::MetricSummaries summaries = drawn_summaries(open, 100 + layer.layer, kOfHeads);
      for (std::int64_t head = 0; head < open.settings.model.heads; ++head)
        result.heads.push_back({layer.layer, head, layer.split, 0, summaries});
    }
  }
  if (options.nulls) {
    std::int64_t salt = 3;
    for (const char* const null : {"untrained", "permuted", "crossed", "equal_weights"}) {
      for (protocol::LayerMeasurement& layer : drawn_layers(open, salt))
        result.nulls.push_back({null, std::move(layer)});
      ++salt;
    }
  }
  return result;
}

std::uintmax_t bytes_of(const std::string& store) {
  std::error_code error;  // there is no write-ahead log once the store is closed
  const std::uintmax_t log = std::filesystem::file_size(store + "-wal", error);
  return std::filesystem::file_size(store) + (error ? 0 : log);
}

// Seconds from the first result to the last commit.
double write_results(OwnedStore& store, FrozenSweep& sweep, const Options& options) {
  if (options.seed_major)
    std::ranges::stable_sort(sweep.open, {}, [](const OpenTrial& one) { return one.settings.seed; });
  StoreWriter writer(store, sweep.sweep);
  constexpr protocol::WorkerId kWorker = 1;
  writer.submit(WorkerSeen{kWorker, {"bench", 1, "cpu", 1}});
  const Clock::time_point start = Clock::now();
  protocol::AttemptId attempt = sweep.next_attempt;
  for (const OpenTrial& open : sweep.open) {
    protocol::TrialResult result = drawn_result(open, options);
    while (!writer.has_room()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    writer.submit(AttemptStarted{attempt, open.trial, kWorker});
    writer.submit(AttemptSucceeded{attempt, open.trial, std::move(result)});
    ++attempt;
  }
  writer.submit(WorkerEnded{kWorker, "finished"});
  writer.finish();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

nlohmann::ordered_json make_store(const Options& options) {
  const std::string text = large_sweep(options);
  if (!options.sweep_file.empty()) std::ofstream(options.sweep_file) << text;
  const sweep::Sweep sweep = sweep::parse_sweep(text, "large");
  const std::optional<sweep::Shard> shard =
      options.shard.empty() ? std::nullopt : sweep::parse_shard(options.shard);
  std::int64_t trials = 0;
  std::int64_t planned_bytes = 0;
  double seconds = 0;
  {
    OwnedStore store(options.store);
    FrozenSweep frozen = store.freeze(
        sweep, IfChanged::kRefuse, [&] { return sweep::make_plan(sweep); }, shard);
    planned_bytes = static_cast<std::int64_t>(bytes_of(options.store));
    trials = std::ssize(frozen.open);
    if (!options.planned) seconds = write_results(store, frozen, options);
  }
  const auto bytes = static_cast<std::int64_t>(bytes_of(options.store));
  const auto count = static_cast<double>(trials);
  return {{"trials", trials},
          {"seeds", options.seeds},
          {"head_rows", options.head_rows},
          {"nulls", options.nulls},
          {"seconds", seconds},
          {"trials_per_second", seconds > 0 ? count / seconds : 0},
          {"bytes", bytes},
          {"bytes_per_trial", static_cast<double>(bytes - planned_bytes) / count}};
}

}  // namespace
}  // namespace headsweep::results

int main(int argc, char** argv) {
  headsweep::results::Options options;
  CLI::App app("Writes a store of many trials and says how quickly");
  app.add_option("STORE", options.store, "new store (SQLite)")->required();
  app.add_option("--trials", options.trials, "trials, about")->check(CLI::Range(10, 10'000'000));
  app.add_option("--seeds", options.seeds, "seeds of each arm")->check(CLI::Range(1, 1'000'000));
  app.add_flag("--heads-rows", options.head_rows, "rows of every head too");
  app.add_flag("--nulls", options.nulls, "four measured nulls too");
  app.add_flag("--every-arm-last", options.seed_major, "all arms of a seed before the next seed");
  app.add_option("--sweep-file", options.sweep_file, "written: the sweep, as headsweep run takes it");
  app.add_option("--shard", options.shard, "only these trials, as headsweep run takes it: i/K");
  app.add_flag("--planned", options.planned, "no results: trials that wait");
  CLI11_PARSE(app, argc, argv);
  try {
    std::cout << headsweep::results::make_store(options).dump(2) << "\n";
  } catch (const headsweep::UserError& error) {
    std::cerr << "large_store: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
