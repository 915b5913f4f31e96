// CPU seconds that the metrics of one model take, on one core.
//
//   metrics_speed [--heads 16] [--layers 4] [--n 100] [--sequences 50] [--stay 0]
//
// Prints one JSON object: `core` and `all` (of every head and layer), `along` (what `[measure] every` writes: core
// metrics of the layers), `permuted` (one draw of the permuted null but the first). Attention is softmax of random scores times 3;
// `--stay 0.999` moves that share of every row to the diagonal: slow walks, the worst case.

#include <cmath>
#include <ctime>
#include <iostream>
#include <random>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "metrics/layer_heads.h"
#include "metrics/measured_nulls.h"

namespace {

using namespace headsweep::metrics;

struct Options {
  std::int64_t heads = 16;
  std::int64_t layers = 4;
  std::int64_t n = 100;
  std::int64_t sequences = 50;
  std::int64_t columns = 4;
  double stay = 0;
};

std::vector<double> normal(std::mt19937_64& random, std::int64_t count) {
  std::normal_distribution<double> distribution;
  std::vector<double> numbers(static_cast<std::size_t>(count));
  for (double& number : numbers) number = distribution(random);
  return numbers;
}

LowerTriangle random_attention(std::mt19937_64& random, const Options& options) {
  constexpr double kSharpness = 3;
  LowerTriangle attention(options.n);
  for (std::int64_t i = 0; i < options.n; ++i) {
    const std::span<double> row = attention.row(i);
    const std::vector<double> scores = normal(random, i + 1);
    double sum = 0;
    for (std::size_t j = 0; j < row.size(); ++j) sum += row[j] = std::exp(kSharpness * scores[j]);
    for (double& entry : row) entry *= (1 - options.stay) / sum;
    row.back() += options.stay;
  }
  return attention;
}

std::vector<LayerHeads> random_layers(const Options& options) {
  std::mt19937_64 random(0);
  std::vector<LayerHeads> layers(static_cast<std::size_t>(options.layers * options.sequences));
  for (LayerHeads& layer : layers) {
    for (std::int64_t h = 0; h < options.heads; ++h)
      layer.attention.push_back(random_attention(random, options));
    layer.importance.assign(static_cast<std::size_t>(options.heads), 1 / static_cast<double>(options.heads));
    layer.columns = options.columns;
    layer.values = normal(random, options.heads * options.n * options.columns);
    layer.outputs = normal(random, options.heads * options.n * options.columns);
  }
  return layers;
}

template <class Work>
double seconds_of(const Work& work) {
  const std::clock_t begin = std::clock();
  work();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

double seconds_to_measure(const std::vector<LayerHeads>& layers, const MeasureOptions& options) {
  return seconds_of([&] {
    for (const LayerHeads& layer : layers) (void)measure_heads(layer, options);
  });
}

nlohmann::ordered_json measure_speed(const Options& options) {
  const std::vector<LayerHeads> layers = random_layers(options);
  std::vector<std::int64_t> keys(static_cast<std::size_t>(options.n));
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = i == 0 ? -1 : static_cast<std::int64_t>(i) - 1;
  MeasureOptions all;
  all.needed_keys = keys;
  MeasureOptions core;
  core.core_only = true;
  MeasureOptions along = core;
  along.heads = false;
  MeasureOptions null = all;
  null.heads = false;
  null.pairs = false;
  const double permuting = seconds_of([&] {
    for (const LayerHeads& layer : layers) (void)measure_heads(permuted(layer, {0, 0, 0, 0}), null);
  });
  return {{"heads", options.heads},
          {"layers", options.layers},
          {"n", options.n},
          {"sequences", options.sequences},
          {"stay", options.stay},
          {"seconds",
           {{"core", seconds_to_measure(layers, core)},
            {"all", seconds_to_measure(layers, all)},
            {"along", seconds_to_measure(layers, along)},
            {"permuted", permuting}}}};
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Seconds that the metrics of one model take on one core");
  app.add_option("--heads", options.heads, "attention heads of a layer")->check(CLI::Range(1, 1024));
  app.add_option("--layers", options.layers, "layers")->check(CLI::Range(1, 128));
  app.add_option("--n", options.n, "positions")->check(CLI::Range(2, 4096));
  app.add_option("--sequences", options.sequences, "sequences")->check(CLI::Range(1, 10000));
  app.add_option("--stay", options.stay, "share of every row on the diagonal")
      ->check(CLI::Range(0.0, 0.9999999));
  CLI11_PARSE(app, argc, argv);
  std::cout << measure_speed(options).dump(2) << "\n";
  return 0;
}
