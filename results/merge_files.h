// The files beside the stores that are merged.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>

namespace headsweep::results {

using TrialNumbers = std::map<std::int64_t, std::int64_t>;  // in the source -> in the merged store

// Copies kept weights and logs of trials. Throws UserError.
class MergedFiles {
 public:
  // From one store's folder to the merged one's. Weights are named by trial key: the first that came stays, as its
  // result does. Logs of one trial follow each other.
  void copy(const std::filesystem::path& from, const std::filesystem::path& to, const TrialNumbers& numbers);

 private:
  std::set<std::filesystem::path> written_;  // by this merge
};

// Renames `file` to `out` so that a power cut leaves one of them whole.
void put_in_place(const std::filesystem::path& file, const std::filesystem::path& out);

}  // namespace headsweep::results
