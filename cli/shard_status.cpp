#include "cli/shard_status.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "orchestrator/slurm/submitted_jobs.h"
#include "results/reader.h"

namespace headsweep::cli {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> shards_of(const std::string& store) {
  std::vector<fs::path> shards;
  std::error_code error;  // none has begun
  for (const auto& entry : fs::directory_iterator(results::store_folder(store) / "shards", error)) {
    if (entry.path().extension() == ".db") shards.push_back(entry.path());
  }
  std::ranges::sort(shards);
  return shards;
}

void add(results::Status& sum, const results::Status& shard) {
  sum.sweep = shard.sweep;
  for (std::size_t state = 0; state < results::kTrialStates; ++state)
    sum.counts[state] += shard.counts[state];
  if (shard.rate) sum.rate = sum.rate.value_or(0) + *shard.rate;
  if (shard.eta_seconds) sum.eta_seconds = std::max(sum.eta_seconds.value_or(0), *shard.eta_seconds);
  sum.failures.insert(sum.failures.end(), shard.failures.begin(), shard.failures.end());
}

}  // namespace

bool is_still_in_shards(const std::string& store) {
  std::error_code ignored;
  return !fs::exists(store, ignored) && !slurm::read_submitted_jobs(results::store_folder(store)).empty();
}

results::Status read_status_of_shards(const std::string& store) {
  results::Status sum;
  for (const fs::path& shard : shards_of(store)) {
    results::StoreReader reader(shard);
    add(sum, results::read_status(reader));
  }
  return sum;
}

}  // namespace headsweep::cli
