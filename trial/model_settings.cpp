// Which heads share what.
#include <cmath>

#include "trial/settings.h"

namespace headsweep::trial {

std::int64_t ModelSettings::tied_head_count() const {
  const std::int64_t tied = std::llround(tied_heads * static_cast<double>(heads));
  return tied > 1 ? tied : 0;
}

std::int64_t ModelSettings::query_key_blocks() const {
  const std::int64_t tied = tied_head_count();
  return tied > 0 ? heads - tied + 1 : heads;
}

std::int64_t ModelSettings::query_key_block(std::int64_t head) const {
  const std::int64_t tied = tied_head_count();
  if (tied == 0) return head;
  return head < tied ? 0 : head - tied + 1;
}

}  // namespace headsweep::trial
