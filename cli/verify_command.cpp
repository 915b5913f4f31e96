// headsweep verify: is a store whole and unaltered?

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "results/reader.h"
#include "results/store.h"
#include "results/verify.h"

namespace headsweep::cli {
namespace {

int verify(const std::string& path) {
  results::StoreReader store(path);
  const auto findings = results::verify(store);
  for (const auto& finding : findings) std::cout << finding.where << ": " << finding.problem << "\n";
  if (!findings.empty()) {
    std::cerr << "headsweep: " << path << ": " << findings.size()
              << " findings; take a copy before anything else, then run the sweep into a new store\n";
    return kError;
  }
  std::cout << path << ": whole; file, plan, trial keys and every row agree with their hashes\n";
  if (!std::filesystem::exists(results::store_folder(path) / "models")) {
    std::cerr << "headsweep: " << results::store_folder(path).string()
              << "/models is not there: no kept weights were checked\n";
  }
  return kDone;
}

}  // namespace

void add_verify_command(CLI::App& app, Action& chosen) {
  CLI::App* command =
      app.add_subcommand("verify", "Check a store: file, row hashes, plan, keys, missing results");
  auto store = std::make_shared<std::string>();
  command->add_option("STORE", *store, "store (SQLite)")->required();
  command->footer("Example:\n  headsweep verify results.db");
  command->callback([store, &chosen] { chosen = [store] { return verify(*store); }; });
}

}  // namespace headsweep::cli
