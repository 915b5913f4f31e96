// Shapes small enough to see every sample, with what a person counts by hand for them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/tasks/brute_force.h"

namespace headsweep::tasks {

struct SmallShape {
  std::string name;  // of the test
  std::string task;
  TaskShape shape;
  int payloads;
  int questions;        // ways to ask about one payload
  std::size_t context;  // positions of the payload
  // Where the answer to position i may stand, by place or kind.
  std::function<Positions(const std::vector<std::int32_t>&, std::size_t)> candidates;
  int keyless;  // loss positions without a needed key
};

std::vector<SmallShape> small_shapes();

}  // namespace headsweep::tasks
