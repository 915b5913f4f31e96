#include "results/report/attention.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/user_error.h"
#include "results/report/packed_numbers.h"

namespace headsweep::report {
namespace {

namespace fs = std::filesystem;
using metrics::Metric;

// The page shows three trials a task; more tasks than these would make it slow to open.
constexpr std::size_t kMostTasks = 4;

struct Choice {
  std::int64_t trial;
  std::size_t place;  // among the done trials
  std::string why;
  fs::path model;
};

std::map<std::int64_t, std::string> kept_models(SQLite::Database& database) {
  SQLite::Statement statement(database,
                              "SELECT r.trial, r.model_file FROM results r JOIN trials t USING (trial)"
                              " WHERE t.state = 'done' AND r.model_file IS NOT NULL");
  std::map<std::int64_t, std::string> models;
  while (statement.executeStep())
    models[statement.getColumn(0).getInt64()] = statement.getColumn(1).getString();
  return models;
}

Metric ranking_metric(const results::SweepAnalysis& analysis) {
  for (const std::string& name : analysis.primary) {
    if (const auto metric = metrics::find_metric(name)) return *metric;
  }
  return Metric::kHittingTimeForwardMean;
}

// Less is better of times, more of everything else.
bool less_is_better(Metric metric) {
  return metrics::metric_info(metric).unit == "steps";
}

struct Ranked {
  double value;
  std::int64_t trial;
};

using RankedTrials = std::map<std::string, std::vector<Ranked>>;

// By task, best first.
RankedTrials rank_trials(const results::Statistics& statistics, Metric metric,
                         const std::map<std::int64_t, std::string>& models) {
  RankedTrials tasks;
  for (const results::ArmValue& value : statistics.values) {
    if (value.place.metric != metric || value.place.layer != statistics.analysis.layers) continue;
    for (const results::SeedValue& seed : value.seeds) {
      if (models.contains(seed.trial))
        tasks[statistics.arms[value.arm].task].push_back({seed.value, seed.trial});
    }
  }
  for (auto& [task, ranked] : tasks) {
    std::ranges::sort(ranked, [&](const Ranked& a, const Ranked& b) {
      if (a.value != b.value) return less_is_better(metric) == (a.value < b.value);
      return a.trial < b.trial;
    });
  }
  return tasks;
}

std::vector<Choice> choose(const RankedTrials& of_tasks, Metric metric, const DoneTrials& trials,
                           const std::map<std::int64_t, std::string>& models, const fs::path& folder) {
  const std::string by = " by " + std::string(metrics::metric_info(metric).name);
  std::vector<Choice> choices;
  std::size_t tasks = 0;
  for (const auto& [task, ranked] : of_tasks) {
    if (tasks++ == kMostTasks) break;
    const std::pair<std::string, std::size_t> wanted[] = {
        {"best", 0}, {"median", (ranked.size() - 1) / 2}, {"worst", ranked.size() - 1}};
    for (const auto& [name, rank] : wanted) {
      const std::int64_t trial = ranked[rank].trial;
      const bool twice = std::ranges::find(choices, trial, &Choice::trial) != choices.end();
      const auto place = trials.place(trial);
      if (!twice && place) choices.push_back({trial, *place, name + by, folder / models.at(trial)});
    }
  }
  return choices;
}

// `rows` of a lower triangle.
std::string pack_map(const Json& rows) {
  std::vector<unsigned char> bytes;
  for (const Json& row : rows) {
    for (const Json& value : row) {
      const double attention = std::clamp(value.get<double>(), 0.0, 1.0);
      bytes.push_back(static_cast<unsigned char>(std::lround(255 * std::sqrt(attention))));
    }
  }
  return pack_bytes(bytes);
}

Json layers_json(const Json& answered) {
  Json layers = Json::array();
  for (const Json& layer : answered) {
    Json heads = Json::array();
    for (const Json& head : layer.at("heads")) heads.push_back(pack_map(head));
    layers.push_back({{"importance", layer.at("importance")},
                      {"heads", std::move(heads)},
                      {"combined", pack_map(layer.at("combined"))}});
  }
  return layers;
}

// Why there is no more to see; empty: nothing is missing. `tasks`: with kept weights.
std::string missing_note(std::size_t kept, std::size_t done, std::size_t tasks,
                         const std::vector<Choice>& gone) {
  if (done == 0) return "No trial is done.";
  if (kept == 0) {
    return "No weights were kept, so attention cannot be recomputed: [measure] keep of the sweep is "
           "\"none\", or "
           "the models would have taken more than it allows (\"all\" keeps all of them).";
  }
  std::string note;
  if (kept < done) {
    note = "Weights of " + std::to_string(kept) + " of " + std::to_string(done) +
           " trials were kept ([measure] keep): best, median and worst are among these.";
  }
  if (tasks > kMostTasks) {
    note += (note.empty() ? "" : " ") + std::string("Shown are the first ") + std::to_string(kMostTasks) +
            " of " + std::to_string(tasks) + " tasks, in the order of their names.";
  }
  if (!gone.empty()) {
    note += (note.empty() ? "" : " ") + std::string("Some kept weights are not beside the store any more: ") +
            gone.front().model.string() + ".";
  }
  return note;
}

}  // namespace

Json attention_json(SQLite::Database& database, const results::Statistics& statistics,
                    const DoneTrials& trials, const fs::path& store_folder, const AttentionSource& source) {
  const auto models = kept_models(database);
  const Metric metric = ranking_metric(statistics.analysis);
  const RankedTrials ranked = rank_trials(statistics, metric, models);
  std::vector<Choice> choices = choose(ranked, metric, trials, models, store_folder);
  std::vector<Choice> gone;
  std::erase_if(choices, [&](const Choice& choice) {
    std::error_code ignored;
    if (fs::is_regular_file(choice.model, ignored)) return false;
    gone.push_back(choice);
    return true;
  });
  Json json = {{"note", missing_note(models.size(), trials.all().size(), ranked.size(), gone)},
               {"trials", Json::array()}};
  if (choices.empty()) return json;
  std::vector<fs::path> files;
  for (const Choice& choice : choices) files.push_back(choice.model);
  try {
    const Json answers = Json::parse(source(files));
    for (std::size_t i = 0; i < choices.size(); ++i) {
      const Json& answer = answers.at(i);
      const DoneTrial& trial = trials.all()[choices[i].place];
      if (answer.contains("error")) {
        json["note"] = json["note"].get<std::string>() + " " + answer.at("error").get<std::string>();
        continue;
      }
      const results::Arm& arm = statistics.arms[trial.arm];
      json["trials"].push_back({{"trial", trial.trial},
                                {"why", choices[i].why},
                                {"task", arm.task},
                                {"label", arm.label},
                                {"seed", trial.seed},
                                {"length", answer.at("length")},
                                {"sequences", answer.at("sequences")},
                                {"layers", layers_json(answer.at("layers"))}});
    }
  } catch (const UserError& error) {
    json["note"] = json["note"].get<std::string>() + " Attention could not be recomputed: " + error.what();
  }
  return json;
}

}  // namespace headsweep::report
