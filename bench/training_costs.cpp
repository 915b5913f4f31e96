// What training spends beside updates, on the paper's model: `training_costs [--threads N] [--step auto|eager] [--json]`.
//
// For 1, 4, 8 and 16 heads: seconds of one update, of one batch of data, of one measurement along the way, of one
// checkpoint (2 MB, synced to the disk of the temporary folder) and of the final measurement; and their shares of the
// time of training at usual intervals: a batch each update, a measurement every 2,000 updates, a
// checkpoint every [resources] checkpoint_every.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "bench/machine.h"
#include "sweep/sweep_file.h"
#include "trial/key.h"
#include "trial/parameters.h"
#include "worker/trainer/agent_side.h"
#include "worker/trainer/batches.h"
#include "worker/trainer/bundle_buffers.h"
#include "worker/trainer/device.h"
#include "worker/trainer/keep_freed_memory.h"
#include "worker/trainer/step_choice.h"
#include "worker/trainer/trial_measurement.h"
#include "worker/trainer/trial_run.h"

namespace headsweep::trainer {
namespace {

class NobodyAsks final : public AgentSide {
 public:
  void send(const protocol::Message&) override {}
  bool stop_requested() override { return false; }
  std::optional<protocol::GangAddress> gang_address(protocol::AttemptId) override { return std::nullopt; }
  std::optional<std::string> abandoned(protocol::AttemptId) override { return std::nullopt; }
};

template <class Action>
double seconds_of(Action action) {
  const auto begin = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// The median of `times` calls, after one that warms up.
template <class Action>
double median_seconds_of(int times, Action action) {
  action();
  std::vector<double> seconds;
  for (int i = 0; i < times; ++i) seconds.push_back(seconds_of(action));
  std::ranges::sort(seconds);
  return seconds[seconds.size() / 2];
}

nlohmann::ordered_json costs_of(std::int64_t heads, const TrainerContext& context,
                                const std::filesystem::path& folder) {
  trial::Settings settings;  // the paper's
  settings.model.heads = heads;
  const std::int64_t parameters = trial::count_parameters(settings.model).total();
  BundleBuffers buffers(1, parameters, context.dtype, context.device);
  NobodyAsks agent;
  TrialRun run({1, 1, trial::trial_key(settings), settings, parameters, false}, folder, context,
               {buffers.parameters[0], buffers.first_moments[0], buffers.second_moments[0]}, agent);
  const auto step = make_chosen_step({settings}, buffers, context);
  const std::size_t only[] = {0};
  const MeasurementWork work{.threads = context.threads};
  Batches batches(settings);
  std::int64_t number = 0;
  const double update = median_seconds_of(30, [&] { step->advance(number++, only); });
  const double batch = median_seconds_of(30, [&] { batches.at(number++); });
  const double along =
      median_seconds_of(3, [&] { measure_along_the_way(settings, buffers.parameters[0], work); });
  const double checkpoint = median_seconds_of(5, [&] { run.save_checkpoint(); });
  protocol::TrialResult result;
  const double end = seconds_of([&] { measure_trained(settings, buffers.parameters[0], work, result); });
  constexpr double every = 2000;  // of configs/paper.toml
  const auto steps = static_cast<double>(settings.training.steps);
  return {{"heads", heads},
          {"update_seconds", update},
          {"batch_seconds", batch},
          {"along_seconds", along},
          {"checkpoint_seconds", checkpoint},
          {"end_seconds", end},
          {"batch_share", batch / update},
          {"along_share", along / (every * update)},
          {"checkpoint_share", checkpoint / sweep::Resources().checkpoint_every_seconds},
          {"end_share", end / (steps * update)}};
}

void print_table(const nlohmann::ordered_json& rows) {
  std::puts("heads  update ms  batch  along the way  checkpoint  final measurement");
  for (const auto& row : rows) {
    const auto percent = [&](const char* name) { return 100 * row.at(name).get<double>(); };
    std::printf("%5lld %10.2f %5.2f%% %13.2f%% %10.2f%% %17.2f%%\n", row.at("heads").get<long long>(),
                1e3 * row.at("update_seconds").get<double>(), percent("batch_share"), percent("along_share"),
                percent("checkpoint_share"), percent("end_share"));
  }
}

}  // namespace
}  // namespace headsweep::trainer

int main(int argc, char** argv) {
  using namespace headsweep::trainer;
  TrainerContext context;
  bool json = false;
  CLI::App app("What training spends beside updates, on the paper's model");
  app.add_option("--threads", context.threads);
  app.add_option("--step", context.step)->check(CLI::IsMember({"auto", "eager"}));
  app.add_flag("--json", json);
  CLI11_PARSE(app, argc, argv);
  keep_freed_memory();
  prepare_arithmetic(context.device);
  std::string folder = (std::filesystem::temp_directory_path() / "headsweep-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return EXIT_FAILURE;
  std::filesystem::create_directory(folder + "/checkpoints");
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const std::int64_t heads : {1, 4, 8, 16}) rows.push_back(costs_of(heads, context, folder));
  std::filesystem::remove_all(folder);
  const nlohmann::ordered_json all = {{"bench", "training_costs"},
                                      {"step", context.step},
                                      {"threads", context.threads},
                                      {"results", rows},
                                      {"machine", headsweep::bench::machine()}};
  json ? void(std::cout << all.dump(1) << "\n") : print_table(rows);
}
