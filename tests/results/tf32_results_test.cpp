#include "results/tf32_results.h"

#include <gmock/gmock.h>

#include "errors/user_error.h"
#include "tests/results/sample_store.h"

namespace headsweep::results {
namespace {

using testing::HasSubstr;

class Tf32Results : public StoreTest {
 protected:
  void train_by(const std::string& step, const std::string& numerics) const {
    sql(path(), "UPDATE results SET step_kind = '" + step + "', numerics = '" + numerics + "'");
  }
  // What a run says of the store; empty: it may go on.
  [[nodiscard]] std::string refusal(bool tf32) const {
    OwnedStore store(path());
    try {
      require_equal_tf32(store, tf32);
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }
};

TEST_F(Tf32Results, AreNotMixedWithFloat32) {
  make_finished_store(path());
  train_by("fused", R"({"tf32":true})");
  EXPECT_EQ(refusal(true), "");
  EXPECT_THAT(refusal(false), HasSubstr("run with --tf32"));
  for (const char* numerics : {R"({"tf32":false})", R"({"isa":"AVX2"})"}) {
    train_by("fused", numerics);
    EXPECT_EQ(refusal(false), "");
    EXPECT_THAT(refusal(true), HasSubstr("run without --tf32"));
  }
}

TEST_F(Tf32Results, TheEagerStepGoesWithBoth) {
  EXPECT_EQ(refusal(true), "") << "an empty store";
  make_finished_store(path());
  train_by("eager", R"({"tf32":false})");
  EXPECT_EQ(refusal(true), "");
  EXPECT_EQ(refusal(false), "");
}

}  // namespace
}  // namespace headsweep::results
