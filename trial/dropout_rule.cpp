#include "trial/dropout_rule.h"

#include <cmath>

#include "errors/check.h"

namespace headsweep::trial {

DropoutRule dropout_rule(double probability) {
  check(probability >= 0 && probability < 1, "dropout probability in [0, 1)");
  const auto threshold = static_cast<std::uint32_t>(std::llround(probability * 65536));
  return {threshold, 1 / (1 - threshold / 65536.0)};
}

}  // namespace headsweep::trial
