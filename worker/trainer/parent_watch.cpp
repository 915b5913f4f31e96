#include "worker/trainer/parent_watch.h"

#include <csignal>

#include <sys/prctl.h>
#include <unistd.h>

namespace headsweep::trainer {

bool die_with_parent(std::int64_t parent_pid) {
  // In this order: a parent that ends between the two calls is seen by the second.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  return getppid() == parent_pid;
}

}  // namespace headsweep::trainer
