#include "results/triggers.h"

#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "results/sql_text.h"

namespace headsweep::results {
namespace {

// SQL of one expression a state, with '$' for its name.
std::string of_states(std::string_view pattern) {
  std::vector<std::string> parts;
  for (const std::string_view state : kTrialStateNames) {
    std::string part;
    for (const char c : pattern) part += c == '$' ? std::string(state) : std::string(1, c);
    parts.push_back(std::move(part));
  }
  return join(parts, ", ");
}

}  // namespace

void create_triggers(SQLite::Database& database) {
  const std::string columns = "sweep, arm, first_trial, " + of_states("$");
  database.exec("INSERT INTO arms (" + columns + ") SELECT sweep, arm, min(trial), " +
                of_states("sum(state = '$')") + " FROM trials GROUP BY sweep, arm ORDER BY min(trial)");
  database.exec("CREATE TRIGGER count_new_trial AFTER INSERT ON trials BEGIN INSERT INTO arms (" + columns +
                ") VALUES (NEW.sweep, NEW.arm, NEW.trial, " + of_states("NEW.state = '$'") +
                ") ON CONFLICT (sweep, arm) DO UPDATE SET first_trial = min(first_trial, NEW.trial), " +
                of_states("$ = $ + (NEW.state = '$')") + "; END");
  database.exec(
      "CREATE TRIGGER count_changed_trial AFTER UPDATE OF state ON trials WHEN OLD.state <> NEW.state BEGIN"
      " UPDATE arms SET " +
      of_states("$ = $ + (NEW.state = '$') - (OLD.state = '$')") +
      " WHERE sweep = NEW.sweep AND arm = NEW.arm; END");
}

void create_test_triggers(SQLite::Database& database) {
  const auto create = [&](const std::string& name, const std::string& event, const std::string& condition) {
    database.exec("DROP TRIGGER IF EXISTS " + name + "; CREATE TRIGGER " + name + " AFTER " + event +
                  " BEGIN DELETE FROM sign_flip_tests WHERE " + condition + "; END");
  };
  database.exec("CREATE INDEX IF NOT EXISTS sign_flip_tests_by_baseline ON sign_flip_tests (baseline)");
  create("forget_tests_of_new_values", "INSERT ON trial_values", "arm = NEW.arm OR baseline = NEW.arm");
  create("forget_tests_of_old_values", "DELETE ON trial_values", "arm = OLD.arm OR baseline = OLD.arm");
  create("forget_tests_of_old_plan", "UPDATE OF hash ON sweeps WHEN OLD.hash <> NEW.hash", "true");
}

}  // namespace headsweep::results
