#include "orchestrator/slurm/job_end.h"

#include <cstdlib>
#include <ctime>

#include <gtest/gtest.h>

namespace headsweep::slurm {
namespace {

TEST(JobEnd, IsReadInTheTimeZoneOfTheHost) {
  setenv("TZ", "UTC+2", 1);  // POSIX: two hours behind
  tzset();
  EXPECT_EQ(parse_end_time("2025-07-01T12:00:00\n"), 1751371200 + 2 * 3600);
  unsetenv("TZ");
  tzset();
}

TEST(JobEnd, IsUnknownWhereThereIsNone) {
  for (const char* text : {"", "N/A", "Unknown", "NONE"})
    EXPECT_EQ(parse_end_time(text), std::nullopt) << text;
}

}  // namespace
}  // namespace headsweep::slurm
