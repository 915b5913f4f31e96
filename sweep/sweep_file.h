// A sweep file (TOML): read, checked, and turned into one value. See docs/sweep-file.md for the format.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sweep/axis_values.h"
#include "sweep/slurm_options.h"
#include "trial/settings.h"

namespace headsweep::sweep {

// One axis: a setting and the values it takes, in the order of the file.
struct Axis {
  std::string setting;  // dotted name
  AxisValues values;
  std::string place = {};  // "FILE:LINE" or "--set KEY=VALUE", for messages only
};

// One [[zip]]: axes of equal length that go together, value by value.
using Zip = std::vector<Axis>;

// One [[exclude]]: combinations in which each of these settings has one of its values are left out.
struct Exclusion {
  struct Term {
    std::string setting;
    std::vector<trial::Value> values;
  };
  std::vector<Term> terms;
};

// [budget]: equal parameters in every trial.
struct Budget {
  std::optional<std::int64_t> parameters;  // unset: "base", the count of the base model
  std::string solve_for = "mlp_width";     // mlp_width | width | layers: what changes to meet it
  double tolerance = 0.002;                // of the budget
};

// [analysis]: what will be tested, fixed before the first trial.
struct Analysis {
  std::vector<std::string> primary;              // metric names
  std::string split = "heldout";                 // train | heldout
  std::string layers = "mean";                   // mean | last | a layer number
  std::map<std::string, trial::Value> baseline;  // dotted name -> value: the arm compared to
};

// [replicate]: more seeds once those of the sweep are done, by Stein's two-stage rule (docs/statistics.md).
struct Replicate {
  std::string metric;      // whose paired differences to the baseline are to be known
  double half_width;       // of their 95% interval; walk times: in log10
  std::int64_t max_seeds;  // of every arm, those of [sweep] included
};
inline constexpr std::int64_t kFewestFirstSeeds = 8;  // that fix the variance

inline constexpr std::int64_t kMostGpusPerTrial = 1024;

// [resources]: how to run; not part of the plan hash.
struct Resources {
  double checkpoint_every_seconds = 120;
  double trial_timeout_seconds = 7200;
  std::int64_t retries = 2;
  std::int64_t gpus_per_trial = 1;  // workers, each with its device, that train one trial together
};

struct Sweep {
  std::string name;
  std::vector<std::uint32_t> seeds;
  trial::Settings base;
  std::vector<Axis> axes;
  Analysis analysis;
  Resources resources;
  std::vector<Zip> zips = {};
  std::vector<Exclusion> exclusions = {};
  Budget budget = {};
  std::optional<Replicate> replicate = {};
  SlurmOptions slurm = {};  // not part of the plan hash
  std::string source = {};  // the file, for messages only
};

// Reads `path`, applies `overrides` ("key=value", dotted names, TOML values; an inline table replaces the
// whole table), checks everything that can be checked without expanding. Throws UserError: file, line, key,
// value, what is allowed.
Sweep read_sweep_file(const std::string& path, std::span<const std::string> overrides = {});

// The same from text; `name` stands for the file in messages.
Sweep parse_sweep(std::string_view text, const std::string& name,
                  std::span<const std::string> overrides = {});

}  // namespace headsweep::sweep
