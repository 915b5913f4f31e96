#include "worker/trainer/remeasure_models.h"

#include <ostream>

#include "errors/user_error.h"
#include "protocol/frame.h"
#include "worker/trainer/kept_model.h"
#include "worker/trainer/trial_measurement.h"

namespace headsweep::trainer {
namespace {

protocol::TrialResult remeasure(const std::string& path, std::int64_t threads) {
  const KeptModel model = read_kept_model(path);
  protocol::TrialResult result{};
  measure_trained(model.settings, model.parameters, {.threads = threads}, result);
  return result;
}

protocol::Message answer(const std::string& path, std::int64_t threads, protocol::AttemptId place) {
  try {
    return protocol::TrialDone{place, remeasure(path, threads)};
  } catch (const UserError& error) {
    return protocol::TrialError{place, protocol::EndReason::kError, error.what()};
  }
}

}  // namespace

void remeasure_models(const std::vector<std::string>& files, std::int64_t threads, std::ostream& out) {
  protocol::AttemptId place = 0;
  for (const std::string& path : files) {
    const std::vector<std::byte> frame = protocol::to_frame(answer(path, threads, place++));
    out.write(reinterpret_cast<const char*>(frame.data()), static_cast<std::streamsize>(frame.size()));
    out.flush();
  }
}

}  // namespace headsweep::trainer
