// The tests of the confirmatory family that the writer keeps in sign_flip_tests, so that `differences` need not make
// thousands of them. A test stands there only while it holds: triggers delete it with the first trial that changes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "results/statistics/family_tests.h"

namespace headsweep::results {

// Fewer arms without their tests are left as they are: a reader makes these at once.
inline constexpr std::size_t kTestedAtOnce = 64;

// Used by one thread, inside the caller's transactions. Throws SQLite::Exception, UserError.
class KeptTests {
 public:
  // Knows the arms of this moment; none in a store without running sums.
  explicit KeptTests(SQLite::Database& database);

  // The values of one of the arm's trials came or went. `arm`: its row in `arms`.
  void changed(std::int64_t arm);
  // Whether at least kTestedAtOnce arms have no tests.
  [[nodiscard]] bool can_test() const { return untested_.size() >= kTestedAtOnce; }
  // Tests up to `most` such arms.
  void test_some(std::size_t most);

 private:
  SQLite::Database& database_;
  std::optional<FamilyTester> tester_;
  std::unordered_map<std::int64_t, std::size_t> places_;  // in the tester's list, by row of `arms`
  std::vector<std::vector<std::size_t>> compared_to_;     // by place: the arms whose baseline it is
  std::set<std::size_t> untested_;
};

}  // namespace headsweep::results
