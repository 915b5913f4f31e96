// The settings of a trial as typed columns of the store: one for every line of trial::all_settings(), so that a new
// setting has its column, its place in the views and its use in `--where` at once.
#pragma once

#include <string>
#include <vector>

#include "results/table.h"
#include "trial/settings.h"

namespace headsweep::results {

struct SettingColumn {
  const trial::SettingInfo* setting;
  std::string name;  // "heads" for model.heads; [measure] keeps its table's name: "measure_sequences"
  std::string type;  // INTEGER | REAL | TEXT; truth values are 0 and 1
};

// In the order of all_settings().
std::vector<SettingColumn> setting_columns();

// The value that `settings` have there. Canonical settings leave defaults out; columns do not: head_width is the
// resolved one.
Cell setting_cell(const SettingColumn& column, const trial::Settings& settings);

// Columns that describe the arm of a trial in every view: name in the view and SQL over table `t` (trials).
struct ViewColumn {
  std::string name;
  std::string expression;
};
std::vector<ViewColumn> arm_columns();

}  // namespace headsweep::results
