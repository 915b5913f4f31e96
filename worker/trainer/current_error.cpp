#include "worker/trainer/current_error.h"

#include <exception>
#include <new>

#include <c10/util/Exception.h>

namespace headsweep::trainer {
namespace {

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

std::string current_error() {
  try {
    throw;
  } catch (const c10::Error& error) {
    return first_line(error.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    return "out of memory";
  } catch (const std::exception& error) {
    return first_line(error.what());
  }
}

}  // namespace headsweep::trainer
