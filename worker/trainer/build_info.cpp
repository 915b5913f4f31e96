#include "worker/trainer/build_info.h"

#include "headsweep_commit.h"  // made at build time by write_commit.cmake
#include "worker/trainer/device.h"

namespace headsweep::trainer {

std::string version() {
  return HEADSWEEP_VERSION;
}

std::string build_text() {
  return "headsweep " + version() + ", commit " HEADSWEEP_COMMIT ", LibTorch " + libtorch_version();
}

}  // namespace headsweep::trainer
