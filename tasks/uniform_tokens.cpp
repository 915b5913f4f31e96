#include "tasks/uniform_tokens.h"

#include <cmath>

namespace headsweep::tasks {

double count_uniform_payloads(std::int64_t vocabulary, std::int64_t tokens) {
  return std::pow(static_cast<double>(vocabulary), static_cast<double>(tokens));
}

}  // namespace headsweep::tasks
