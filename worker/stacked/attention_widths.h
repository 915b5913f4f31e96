// Which instance of the attention programs a head width takes.
#pragma once

#include <algorithm>
#include <cstddef>

#include "errors/check.h"
#include "worker/stacked/attention_backward.h"
#include "worker/stacked/attention_forward.h"

namespace headsweep::stacked {

// Calls with_width(std::integral_constant) of the narrowest padded width that holds `head_width` columns.
template <class Function>
auto with_padded_head_width(int head_width, Function with_width) {
  check(head_width >= 1 && head_width <= kWidestHead, "a head that the attention programs hold");
  if (head_width <= 4) return with_width(std::integral_constant<int, 4>());
  if (head_width <= 8) return with_width(std::integral_constant<int, 8>());
  if (head_width <= 16) return with_width(std::integral_constant<int, 16>());
  if (head_width <= 32) return with_width(std::integral_constant<int, 32>());
  if (head_width <= 64) return with_width(std::integral_constant<int, 64>());
  return with_width(std::integral_constant<int, 128>());
}

// Of a block of either attention program.
inline std::size_t attention_shared_bytes(const HeadShape& shape) {
  return with_padded_head_width(shape.head_width, [&](auto width) {
    return std::max(AttentionForward<width>::shared_bytes(shape.length),
                    AttentionBackward<width>::shared_bytes(shape.length));
  });
}

}  // namespace headsweep::stacked
