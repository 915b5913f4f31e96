// Draws payloads until one belongs to the wanted split.
#pragma once

#include <cstdint>
#include <span>

#include "errors/check.h"
#include "tasks/draws.h"
#include "tasks/split.h"

namespace headsweep::tasks {

// With kFewestPayloads payloads or more at least one in 32 is held out (tested for every small space), so
// the chance that this is not enough is below (31/32)^1024 < 10^-14 there, and below 10^-120 in large spaces.
inline constexpr std::uint32_t kMostDraws = 1024;

// draw(draws, payload) fills the payload; it is called again with fresh numbers until the split fits.
template <class Draw>
HEADSWEEP_HOST_DEVICE void draw_payload(const SampleKey& key, DrawGroup group,
                                        std::span<std::int32_t> payload, const Draw& draw) {
  for (std::uint32_t redraw = 0; redraw < kMostDraws; ++redraw) {
    Draws draws(key, group, redraw);
    draw(draws, payload);
    if (split_of(payload) == key.split) return;
  }
#ifdef __CUDA_ARCH__
  __trap();  // the kernel fails, and with it the trial
#else
  check(false, "a payload of each split is found within the bounded number of draws");
#endif
}

}  // namespace headsweep::tasks
