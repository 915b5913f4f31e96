// Stores in a folder of their own, with sweeps and results whose numbers are known.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "results/store.h"
#include "results/store_writer.h"
#include "results/table.h"
#include "tests/temporary_folder.h"

namespace headsweep::results {

// Heads 1 and 2 x copy and cycle x seeds 0 .. seeds-1; 2 layers; baseline: 1 head.
sweep::Sweep sample_sweep(std::uint32_t seeds = 3);

// The value of a metric in sample_result(): distinct for every trial, layer, split and metric, positive.
double sample_metric(protocol::TrialId trial, std::int64_t layer, protocol::Split split,
                     metrics::Metric metric);

// Both splits of 2 layers, 2 heads each, an untrained null and a curve of two steps, the second with layers.
protocol::TrialResult sample_result(protocol::TrialId trial);

FrozenSweep freeze(OwnedStore& store, const sweep::Sweep& sweep, IfChanged if_changed = IfChanged::kRefuse);

// Takes every open trial through an attempt by worker 1; `failing` ones end as failed.
void run_all(
    OwnedStore& store, const FrozenSweep& sweep,
    const std::function<bool(protocol::TrialId)>& failing = [](protocol::TrialId) { return false; });

// A finished store of sample_sweep() at `path`; the numbers of its trials are 1 to 4 * seeds.
void make_finished_store(
    const std::filesystem::path& path, std::uint32_t seeds = 3,
    const std::function<bool(protocol::TrialId)>& failing = [](protocol::TrialId) { return false; });

// Leaves the store as version 2 of the schema had it, which knew no running sums.
void remove_running_sums(const std::filesystem::path& store);

// Rows of any SQL, by a connection of its own that may write.
Table sql(const std::filesystem::path& store, const std::string& statement);
// The only cell of a query.
Cell sql_cell(const std::filesystem::path& store, const std::string& statement);
std::int64_t sql_integer(const std::filesystem::path& store, const std::string& statement);

// The message of the UserError that `action` throws; a failed test otherwise.
std::string user_error_of(const std::function<void()>& action);

class StoreTest : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "results.db"; }

 private:
  TemporaryFolder folder_;
};

}  // namespace headsweep::results
