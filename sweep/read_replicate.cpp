#include "sweep/read_replicate.h"

#include "sweep/read_analysis.h"
#include "sweep/read_value.h"
#include "sweep/refuse.h"

namespace headsweep::sweep {
namespace {

constexpr std::int64_t kMaxSeeds = 1'000'000;
constexpr double kWidest = 1e9;

const Element& required(const Document& document, const Table& table, std::string_view key,
                        std::string_view allowed) {
  const std::string name = "replicate." + std::string(key);
  const Entry* const entry = find_entry(document, "replicate", key);
  if (!entry) refuse(table.place, name + " is missing; it must be " + std::string(allowed));
  return single(*entry, name, allowed);
}

double read_half_width(const Element& element, std::string_view allowed) {
  const auto* const integer = std::get_if<std::int64_t>(&element.value);
  const auto* const real = std::get_if<double>(&element.value);
  const double width = integer ? static_cast<double>(*integer) : real ? *real : 0;
  if (!(width > 0 && width <= kWidest)) refuse_value(element, "replicate.half_width", allowed);
  return width;
}

}  // namespace

std::optional<Replicate> read_replicate(const Document& document, const Sweep& sweep) {
  const auto table = document.tables.find("replicate");
  if (table == document.tables.end()) return std::nullopt;
  constexpr std::string_view kMetric = "the name of a metric";
  constexpr std::string_view kWidth = "a number above 0: half the width of the 95% interval";
  Replicate replicate;
  replicate.metric =
      read_layer_metric(required(document, table->second, "metric", kMetric), "replicate.metric", kMetric);
  replicate.half_width = read_half_width(required(document, table->second, "half_width", kWidth), kWidth);
  const auto seeds = std::ssize(sweep.seeds);
  if (seeds < kFewestFirstSeeds) {
    refuse(table->second.place, "[replicate] needs sweep.seeds of at least " +
                                    std::to_string(kFewestFirstSeeds) + ", which fix the variance, not " +
                                    std::to_string(seeds));
  }
  replicate.max_seeds = read_integer(
      required(document, table->second, "max_seeds", "an integer, at least the seeds of [sweep]"),
      "replicate.max_seeds", seeds, kMaxSeeds);
  if (sweep.analysis.baseline.empty()) {
    refuse(table->second.place,
           R"([replicate] needs pairs: give analysis.baseline, such as { "model.heads" = 1 })");
  }
  return replicate;
}

}  // namespace headsweep::sweep
