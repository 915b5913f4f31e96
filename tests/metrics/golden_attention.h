// The attention of the released checkpoints as stored beside the golden numbers, outside the repository.
#pragma once

#include <cstdlib>

#include <gtest/gtest.h>

#include "golden_json.h"
#include "npz_reader.h"

namespace headsweep::metrics {

// One test a checkpoint. Without HEADSWEEP_GOLDEN_DIR each is reported as not run, never as passed; with it, a missing
// file fails.
class GoldenAttention : public testing::TestWithParam<const char*> {
 protected:
  static constexpr std::int64_t kPositions = 100;
  static constexpr std::size_t kPacked = kPositions * (kPositions + 1) / 2;
  static constexpr std::size_t kDense = kPositions * kPositions;

  void SetUp() override {
    const char* folder = std::getenv("HEADSWEEP_GOLDEN_DIR");
    if (folder == nullptr || *folder == '\0') {
      GTEST_SKIP() << "not run: HEADSWEEP_GOLDEN_DIR, the folder of the golden .npz files, is not set";
    }
    arrays_ = read_npz(std::string(folder) + "/" + GetParam() + ".npz");
  }

  // Dense [count][n][n] from `count` packed lower triangles, starting with number `first`.
  std::vector<double> dense(const std::string& array, std::size_t first, std::size_t count) const {
    std::vector<double> result(count * kDense);
    const double* packed = arrays_.at(array).entries.data() + first * kPacked;
    for (std::size_t m = 0; m < count; ++m) {
      for (std::size_t i = 0; i < kPositions; ++i) {
        for (std::size_t j = 0; j <= i; ++j) result[m * kDense + i * kPositions + j] = *packed++;
      }
    }
    return result;
  }

  // The layer of sequence 0; head importances in double precision.
  struct StoredLayer {
    std::vector<double> attention;
    std::vector<double> importance;
  };
  StoredLayer stored_layer(std::size_t layer, const nlohmann::json& importance) const {
    return {dense("attn_seq0_tril", layer * importance.size(), importance.size()), flattened(importance)};
  }

  std::map<std::string, NpyArray> arrays_;
};

inline std::string checkpoint_name(const testing::TestParamInfo<const char*>& info) {
  return info.param;
}
inline const auto kCheckpoints =
    testing::Values("1_heads_cycle", "4_heads_copy", "8_heads_copy", "16_heads_cycle");

}  // namespace headsweep::metrics
