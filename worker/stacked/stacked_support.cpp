#include "worker/stacked/stacked_support.h"

#include <algorithm>
#include <limits>

#include "worker/stacked/attention_widths.h"
#include "worker/stacked/stack_plan.h"

namespace headsweep::stacked {
namespace {

// Of a block, on GPUs from sm_80 on.
constexpr std::size_t kMostSharedBytes = 160 << 10;

}  // namespace

std::optional<std::string> why_not_stacked(const trial::Settings& settings) {
  const trial::ModelSettings& model = settings.model;
  if (model.talking_heads) return "talking heads have no stacked gradient";
  if (settings.diversity.penalty != "none" && settings.diversity.penalty_weight != 0) {
    return "diversity penalties have no stacked gradient";
  }
  if (model.width % 4 != 0) return "the stacked step needs a width that is a multiple of 4";
  if (model.attention_width() % 4 != 0 || model.query_key_width() % 4 != 0) {
    return "the stacked step needs heads whose columns together are a multiple of 4";
  }
  if (model.columns_per_head() > kWidestHead) {
    return "the stacked step needs heads of at most " + std::to_string(kWidestHead) + " columns";
  }
  if (attention_shared_bytes(head_shape(model)) > kMostSharedBytes) {
    return "a head's sequence does not fit the shared memory of a GPU's multiprocessor";
  }
  const std::int64_t rows = settings.training.batch * model.length;
  const std::int64_t widest = std::max({model.width, model.mlp_width + 1, model.vocabulary,
                                        2 * model.query_key_width() + model.attention_width()});
  if (rows * widest > std::numeric_limits<std::int32_t>::max() - 4096)
    return "the batch has too many activations";
  return std::nullopt;
}

}  // namespace headsweep::stacked
