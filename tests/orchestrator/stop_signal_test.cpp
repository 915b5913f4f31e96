#include "orchestrator/stop_signal.h"

#include <csignal>
#include <cstdlib>

#include <gtest/gtest.h>

namespace headsweep::orchestrator {
namespace {

TEST(StopSignalTest, NotesEachOfTheThree) {
  for (const auto& [signal, text] : {std::pair{SIGINT, "interrupted by SIGINT"},
                                     {SIGTERM, "interrupted by SIGTERM"},
                                     {SIGUSR1, "interrupted by SIGUSR1"}}) {
    const StopSignal stop;
    EXPECT_FALSE(stop.received());
    raise(signal);
    EXPECT_EQ(stop.received(), text);
  }
}

TEST(StopSignalTest, TheFirstOneCounts) {
  const StopSignal stop;
  raise(SIGUSR1);
  raise(SIGTERM);
  raise(SIGINT);
  EXPECT_EQ(stop.received(), "interrupted by SIGUSR1");
}

TEST(StopSignalDeathTest, ASecondInterruptEndsTheProcess) {
  EXPECT_EXIT(
      {
        const StopSignal stop;
        raise(SIGINT);
        raise(SIGINT);
        std::exit(0);
      },
      ::testing::KilledBySignal(SIGINT), "");
}

TEST(StopSignalTest, RestoresTheHandlersFound) {
  const auto before = std::signal(SIGUSR1, SIG_IGN);
  { const StopSignal stop; }
  raise(SIGUSR1);  // ignored again: the test lives on
  EXPECT_EQ(std::signal(SIGUSR1, before), SIG_IGN);
}

}  // namespace
}  // namespace headsweep::orchestrator
