// One message of every kind, with every field filled with something that is not its default.
#pragma once

#include <vector>

#include "protocol/messages.h"

namespace headsweep::protocol {

// In the order of the variant.
std::vector<Message> sample_messages();

// Reals in it are no 32-bit floats, so that other CBOR libraries also write them in 64 bits.
TrialResult sample_result();

}  // namespace headsweep::protocol
