#include "cli/time_estimate.h"

#include <algorithm>
#include <functional>
#include <map>
#include <queue>
#include <tuple>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/program_output.h"
#include "cli/trainer_gpus.h"
#include "errors/user_error.h"
#include "orchestrator/run_sweep.h"
#include "trial/key.h"
#include "trial/ledger.h"
#include "worker/fused/fused_support.h"

namespace headsweep::cli {
namespace {

constexpr std::size_t kMostMeasured = 24;

struct Cost {
  double step_seconds;
  double along_seconds;
  double end_seconds;
};

// Settings that decide what an update and a measurement cost, the rest as the defaults have it.
trial::Settings kind_of(trial::Settings settings) {
  const trial::Settings defaults;
  settings.seed = 0;
  settings.training.steps = defaults.training.steps;
  settings.training.learning_rate = defaults.training.learning_rate;
  settings.diversity.init_similarity = 0;
  settings.diversity.init_similarity_value = 0;
  if (settings.diversity.penalty_weight != 0) settings.diversity.penalty_weight = 1;
  return settings;
}

double update_flops(const trial::Settings& settings) {
  const trial::Ledger ledger = trial::ledger_of(settings);
  return ledger.flops() / static_cast<double>(ledger.steps);
}

// The kinds of a plan's trials, neighbours alike in cost.
class Kinds {
 public:
  explicit Kinds(const sweep::Plan& plan) {
    std::map<std::string, trial::Settings> distinct;
    for (const auto& trial : plan.trials) {
      const trial::Settings kind = kind_of(trial.settings);
      distinct.emplace(trial::canonical_json(kind), kind);
    }
    for (const auto& [key, settings] : distinct) kinds_.push_back({key, settings});
    std::ranges::stable_sort(kinds_, {}, [](const Kind& kind) {
      return std::tuple(fused::why_not_fused(kind.settings).has_value(), kind.settings.model.heads,
                        update_flops(kind.settings));
    });
  }

  [[nodiscard]] std::size_t count() const { return kinds_.size(); }
  [[nodiscard]] std::size_t measured_count() const { return std::min(count(), kMostMeasured); }

  [[nodiscard]] std::vector<std::string> measured() const {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < measured_count(); ++i) texts.push_back(kinds_[place(i)].text);
    return texts;
  }

  // What each kind costs, by its canonical settings, given the costs of measured().
  [[nodiscard]] std::map<std::string, Cost> costs(const std::vector<Cost>& measured) const {
    std::map<std::string, Cost> costs;
    for (std::size_t i = 0; i < count(); ++i) {
      const std::size_t nearest = i * measured_count() / count();
      const double scale = update_flops(kinds_[i].settings) / update_flops(kinds_[place(nearest)].settings);
      Cost cost = measured[nearest];
      cost.step_seconds *= scale;
      costs.emplace(kinds_[i].text, cost);
    }
    return costs;
  }

 private:
  struct Kind {
    std::string text;
    trial::Settings settings;
  };

  // Of the measured kind number `i` among all.
  [[nodiscard]] std::size_t place(std::size_t i) const {
    return (i * count() + measured_count() - 1) / measured_count();
  }

  std::vector<Kind> kinds_;
};

std::vector<Cost> parse_costs(const ProgramOutput& output, std::size_t count) {
  const auto answers = nlohmann::json::parse(output.stdout_text, nullptr, false);
  if (output.exit_code != 0 || !answers.is_array() || answers.size() != count) {
    throw UserError("headsweep-trainer could not time the trials; its own message is above");
  }
  std::vector<Cost> costs;
  for (const auto& answer : answers) {
    costs.push_back({answer.at("step_seconds"), answer.at("along_seconds"), answer.at("end_seconds")});
  }
  return costs;
}

// Workers beyond a machine's cores share them: what they take longer for it is added to what is measured.
std::int64_t calibrated_at_once(const Workers& workers) {
  if (workers.devices.front().name != "cpu") return workers.count();
  return std::min(workers.count(), orchestrator::default_cpu_workers(workers.threads));
}

std::vector<std::string> calibration(const std::vector<std::string>& trials, const Workers& workers,
                                     const agent::TrainerDevice& device,
                                     const std::filesystem::path& trainer) {
  std::vector<std::string> argv = {trainer.string(), "--threads", std::to_string(workers.threads),
                                   "--device",       device.name, "--step",
                                   workers.step};
  if (workers.tf32) argv.emplace_back("--tf32");
  argv.emplace_back("--calibrate");
  argv.insert(argv.end(), trials.begin(), trials.end());
  return with_visible_device(device.visible_devices, std::move(argv));
}

// Means over trainers that work at the same time.
std::vector<Cost> calibrate(const std::vector<std::string>& trials, const Workers& workers,
                            const std::filesystem::path& trainer) {
  const std::int64_t count = calibrated_at_once(workers);
  std::vector<StartedProgram> trainers;
  for (std::int64_t i = 0; i < count; ++i)
    trainers.emplace_back(
        calibration(trials, workers, workers.devices[static_cast<std::size_t>(i)], trainer));
  std::vector<ProgramOutput> outputs;
  for (StartedProgram& started : trainers) outputs.push_back(started.finish());
  std::vector<Cost> mean(trials.size(), Cost{0, 0, 0});
  for (const ProgramOutput& output : outputs) {
    const std::vector<Cost> costs = parse_costs(output, trials.size());
    for (std::size_t i = 0; i < trials.size(); ++i) {
      mean[i].step_seconds += costs[i].step_seconds / static_cast<double>(count);
      mean[i].along_seconds += costs[i].along_seconds / static_cast<double>(count);
      mean[i].end_seconds += costs[i].end_seconds / static_cast<double>(count);
    }
  }
  return mean;
}

double seconds_of_trial(const trial::Settings& settings, const Cost& cost) {
  const std::int64_t steps = settings.training.steps;
  const std::int64_t every = settings.measure.every;
  const auto along =
      every > 0 ? static_cast<double>((steps - 1) / every) : 0.0;  // the last step's is the final one
  return static_cast<double>(steps) * cost.step_seconds + along * cost.along_seconds + cost.end_seconds;
}

}  // namespace

TimeEstimate estimate_time(const sweep::Plan& plan, const Workers& workers,
                           const std::filesystem::path& trainer) {
  const Kinds kinds(plan);
  const auto costs = kinds.costs(calibrate(kinds.measured(), workers, trainer));
  TimeEstimate estimate{0, 0, kinds.count(), kinds.measured_count()};
  const double crowding =
      static_cast<double>(workers.count()) / static_cast<double>(calibrated_at_once(workers));
  // In the order of the plan, each to the worker that is free first, as the scheduler does.
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
  for (std::int64_t i = 0; i < workers.count(); ++i) free_at.push(0);
  for (const auto& trial : plan.trials) {
    const double seconds =
        crowding * seconds_of_trial(trial.settings, costs.at(trial::canonical_json(kind_of(trial.settings))));
    const double end = free_at.top() + seconds;
    free_at.pop();
    free_at.push(end);
    estimate.trial_seconds += seconds;
    estimate.seconds = std::max(estimate.seconds, end);
  }
  return estimate;
}

}  // namespace headsweep::cli
