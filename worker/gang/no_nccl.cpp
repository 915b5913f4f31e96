// Stands for nccl.cpp in builds without CUDA.
#include "errors/user_error.h"
#include "worker/gang/backend.h"

namespace headsweep::gang {

BackendPointer connect_by_nccl(const StorePointer&, const Membership&, std::chrono::milliseconds) {
  throw UserError("this build has no NCCL: a trial on several GPUs needs preset cuda");
}

}  // namespace headsweep::gang
