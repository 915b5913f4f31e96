// Checks of integers on the command line, with messages that say what is allowed.
#pragma once

#include <cstdint>
#include <string>

namespace CLI {
class Validator;
}

namespace headsweep::cli {

inline constexpr std::int64_t kNoLimit = std::int64_t{1} << 62;

// "must be an integer of at least 1, not 0"; with `maximum` below kNoLimit "must be an integer from 1 to 1024, not 0".
// `other_word`: a word that is taken as well ("auto").
CLI::Validator whole_number(std::int64_t minimum, std::int64_t maximum = kNoLimit,
                            const std::string& other_word = "");

}  // namespace headsweep::cli
