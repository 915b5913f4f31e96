// headsweep merge: one store from several.

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/owner_patience.h"
#include "results/merge.h"

namespace headsweep::cli {
namespace {

struct MergeOptions {
  std::string out;
  std::vector<std::string> stores;
  bool replace = false;
};

int merge(const MergeOptions& options) {
  const std::vector<std::filesystem::path> stores(options.stores.begin(), options.stores.end());
  const results::MergeReport report =
      results::merge_stores(options.out, stores, options.replace, owner_patience());
  for (const std::string& note : report.notes) std::cerr << "headsweep: " << note << "\n";
  std::cerr << "headsweep: " << options.out << ": " << report.trials << " trials of " << report.stores
            << " stores, " << report.done << " done\n";
  return kDone;
}

}  // namespace

void add_merge_command(CLI::App& app, Action& chosen) {
  CLI::App* command = app.add_subcommand("merge", "Make one store of several; equal trials must agree");
  auto options = std::make_shared<MergeOptions>();
  command->add_option("OUT", options->out, "store to make")->required();
  command->add_option("STORE", options->stores, "stores to take, in this order; they are only read")
      ->required();
  command->add_flag("--replace", options->replace, "make OUT anew where it is there already");
  command->footer("Example:\n  headsweep merge results.db node1.db node2.db");
  command->callback([options, &chosen] { chosen = [options] { return merge(*options); }; });
}

}  // namespace headsweep::cli
