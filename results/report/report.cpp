#include "results/report/report.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "errors/user_error.h"
#include "results/connection.h"
#include "results/replicate.h"
#include "results/report/answer.h"
#include "results/report/attention.h"
#include "results/report/axes.h"
#include "results/report/curves.h"
#include "results/report/equal_accuracy.h"
#include "results/report/failures.h"
#include "results/report/figure_metrics.h"
#include "results/report/ledger.h"
#include "results/report/page.h"
#include "results/report/planes.h"
#include "results/report/provenance.h"
#include "results/report/two_stage_rule.h"
#include "results/status.h"
#include "results/store.h"

namespace headsweep::report {
namespace {

namespace fs = std::filesystem;
using results::Statistics;

// Characters of numbers that a page may hold, so that it opens at once and can be mailed: with Plotly.js 15 MB.
constexpr std::size_t kMostPlaneCharacters = 6'000'000;
constexpr std::size_t kMostCurveCharacters = 1'500'000;

Json analysis_json(const results::SweepAnalysis& analysis) {
  return {{"primary", analysis.primary},
          {"split", analysis.split},
          {"layer", analysis.layers},
          {"baseline_label", baseline_label(analysis)},
          {"tested", !analysis.replicate}};
}

Json counts_json(const results::Status& status) {
  return {{"trials", status.trials()},
          {"done", status.count(results::TrialState::kDone)},
          {"failed", status.count(results::TrialState::kFailed)},
          {"unfinished", status.unfinished()}};
}

// Planes in the order in which people ask for them, as many as the page may hold.
class PlaneCollector {
 public:
  PlaneCollector(const std::vector<metrics::Metric>& metrics, const DoneTrials& trials)
      : metrics_(metrics), trials_(trials) {}

  void add(const Statistics& statistics) {
    for (Json& plane : plane_list(statistics, metrics_, trials_, statistics.analysis.layers)) {
      const std::size_t size = plane.dump().size();
      if (!planes_.empty() && characters_ + size > kMostPlaneCharacters) {
        ++left_out_;
        continue;
      }
      characters_ += size;
      planes_.push_back(std::move(plane));
    }
  }

  // Whether the other split goes in, too.
  [[nodiscard]] bool has_room_for_as_many() const {
    return left_out_ == 0 && 2 * characters_ <= kMostPlaneCharacters;
  }
  Json take() { return std::move(planes_); }

 private:
  const std::vector<metrics::Metric>& metrics_;
  const DoneTrials& trials_;
  Json planes_ = Json::array();
  std::size_t characters_ = 0;
  std::size_t left_out_ = 0;
};

Json collect(results::StoreReader& store, const AttentionSource& attention) {
  results::StatisticsRequest request;
  request.metrics = figure_metrics(results::read_analysis(store));
  const Statistics statistics = results::read_statistics(store, request);
  const results::Status status = results::read_status(store);
  SQLite::Database& database = store.database();
  const DoneTrials trials(database, statistics);
  const std::vector<Axis> axes = axes_of(statistics);
  const std::vector<ConfirmatoryTest> tests = confirmatory_tests(statistics);
  const bool decided = results::has_replicated(database);

  PlaneCollector planes(request.metrics, trials);
  planes.add(statistics);
  results::StatisticsRequest equal_accuracy = request;
  equal_accuracy.at = results::ComparedAt::kAccuracy;
  equal_accuracy.layers = {statistics.analysis.layers};
  const bool complete = planes.has_room_for_as_many();
  if (complete) {
    request.split = statistics.split == "heldout" ? "train" : "heldout";
    planes.add(results::read_statistics(store, request));
  }
  const char* const left_out =
      !complete ? "The store is large: some layers or the other sequences are left out of this page; "
                  "`headsweep query` and `export` have them."
                : "";
  return {{"sweep", provenance_json(database)},
          {"counts", counts_json(status)},
          {"answer", answer_json(statistics, tests, status, decided)},
          {"analysis", analysis_json(statistics.analysis)},
          {"axes", axes_json(axes)},
          {"arms", arms_json(database, statistics, axes)},
          {"metrics", metrics_json(request.metrics)},
          {"trials", trials.json()},
          {"planes", planes.take()},
          {"left_out", left_out},
          {"confirmatory", confirmatory_json(statistics, tests, request.metrics)},
          {"rule", decided ? rule_json(statistics) : Json::array()},
          {"equal_accuracy",
           equal_accuracy_json(statistics, results::read_statistics(store, equal_accuracy), request.metrics)},
          {"trends", trends_json(statistics, request.metrics)},
          {"curves", curves_json(database, statistics, request.metrics, trials, kMostCurveCharacters)},
          {"failures", failures_json(database, statistics, tests)},
          {"attention",
           attention_json(database, statistics, trials, results::store_folder(store.path()), attention)}};
}

}  // namespace

std::string make_report(results::StoreReader& store, const AttentionSource& attention,
                        std::optional<std::int64_t> reload_seconds) {
  try {
    Json document = collect(store, attention);
    if (reload_seconds) document["reload_seconds"] = *reload_seconds;
    return page(document.at("sweep").at("name").get<std::string>() + " · headsweep", document);
  } catch (const SQLite::Exception& error) {
    throw UserError(results::describe_problem(error, store.path()));
  }
}

}  // namespace headsweep::report
