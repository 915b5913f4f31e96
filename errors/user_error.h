// What can go wrong in use: bad input, a lost file, a full disk. The message is one line for the person:
// what, where, what is allowed, what to do. Commands print it to stderr and exit with 1.
#pragma once

#include <stdexcept>

namespace headsweep {

class UserError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace headsweep
