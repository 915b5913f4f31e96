#include "worker/trainer/current_error.h"

#include <exception>
#include <new>

#include <c10/util/Exception.h>

#include "worker/trainer/trial_run.h"
#include "worker/trainer/whole_file.h"

namespace headsweep::trainer {
namespace {

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

TrainingError current_error() {
  using protocol::EndReason;
  try {
    throw;
  } catch (const CannotWrite& error) {
    return {EndReason::kCannotWrite, first_line(error.what())};
  } catch (const Diverged& error) {
    return {EndReason::kDiverged, first_line(error.what())};
  } catch (const c10::Error& error) {
    return {EndReason::kError, first_line(error.what_without_backtrace())};
  } catch (const std::bad_alloc&) {
    return {EndReason::kError, "out of memory"};
  } catch (const std::exception& error) {
    return {EndReason::kError, first_line(error.what())};
  }
}

}  // namespace headsweep::trainer
