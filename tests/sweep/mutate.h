// Damaged sweep files, the same ones in every run.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace headsweep::sweep {

// Changes `text` in one to four places: flips a byte, deletes or doubles a piece, swaps two tokens or lines, replaces
// a token by one of the file or by a value that is wrong somewhere. Uses only the generator's 32-bit draws, so
// every standard library gives the same files.
std::string mutate(std::string text, std::mt19937& generator);

// Pieces of a sweep file between blanks and punctuation: [begin, end) of each.
struct Token {
  std::size_t begin;
  std::size_t end;
};
std::vector<Token> tokens_of(std::string_view text);

}  // namespace headsweep::sweep
