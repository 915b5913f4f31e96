#include "tasks/distinct_tokens.h"

namespace headsweep::tasks {

double count_distinct_payloads(std::int64_t vocabulary, std::int64_t tokens) {
  double count = 1.0;
  for (std::int64_t i = 0; i < tokens; ++i) count *= static_cast<double>(vocabulary - i);
  return count;
}

}  // namespace headsweep::tasks
