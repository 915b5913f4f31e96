// The context guess where the answer may be any token so far, and the guess among places of which one is
// right.
#pragma once

#include <cstdint>

namespace headsweep::tasks {

// Expected number of right guesses at positions first ... last - 1 when position i guesses the token at one
// of its i + 1 visible positions, exactly one of which holds the answer and the others independent uniform
// ids: sum of (1 + i / vocabulary) / (i + 1).
inline double prefix_guesses_right(std::int64_t first, std::int64_t last, std::int64_t vocabulary) {
  double right = 0.0;
  for (std::int64_t i = first; i < last; ++i) {
    right += (1.0 + static_cast<double>(i) / static_cast<double>(vocabulary)) / static_cast<double>(i + 1);
  }
  return right;
}

// Chance that the token at one of `places` places is the answer, when exactly one of them holds the answer and
// the others independent uniform ones of `ids` ids.
inline double place_guess(std::int64_t places, std::int64_t ids) {
  const double own = 1.0 / static_cast<double>(places);
  return own + (1.0 - own) / static_cast<double>(ids);
}

}  // namespace headsweep::tasks
