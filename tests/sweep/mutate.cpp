#include "tests/sweep/mutate.h"

#include <algorithm>
#include <array>

namespace headsweep::sweep {
namespace {

constexpr std::array<std::string_view, 36> kValues = {"0",
                                                      "-1",
                                                      "1",
                                                      "2",
                                                      "3",
                                                      "1e400",
                                                      "-0.0",
                                                      "0.5",
                                                      "nan",
                                                      "inf",
                                                      "true",
                                                      "\"copy\"",
                                                      "\"\"",
                                                      "\"copie\"",
                                                      "[]",
                                                      "[1]",
                                                      "[1, 1]",
                                                      "[[1]]",
                                                      "{}",
                                                      "{ a = 1 }",
                                                      "1979-05-27",
                                                      "07:32:00",
                                                      "9223372036854775807",
                                                      "9223372036854775808",
                                                      "0x10",
                                                      "1_000",
                                                      "\"\"\"",
                                                      "'''",
                                                      "\"\\u0000\"",
                                                      "[model]",
                                                      "[[axes]]",
                                                      "model.heads",
                                                      "\"30s\"",
                                                      "= =",
                                                      "#",
                                                      "\xef\xbb\xbf"};

// In [0, bound), bound > 0.
std::size_t draw(std::mt19937& generator, std::size_t bound) {
  return generator() % bound;
}

void flip_byte(std::string& text, std::mt19937& generator) {
  text[draw(generator, text.size())] ^= static_cast<char>(1U << draw(generator, 8));
}

void replace_byte(std::string& text, std::mt19937& generator) {
  text[draw(generator, text.size())] = static_cast<char>(draw(generator, 256));
}

void delete_piece(std::string& text, std::mt19937& generator) {
  text.erase(draw(generator, text.size()), 1 + draw(generator, 12));
}

void double_piece(std::string& text, std::mt19937& generator) {
  const std::string piece = text.substr(draw(generator, text.size()), 1 + draw(generator, 40));
  text.insert(draw(generator, text.size()), piece);
}

void swap_tokens(std::string& text, std::mt19937& generator) {
  const std::vector<Token> tokens = tokens_of(text);
  if (tokens.size() < 2) return;
  const std::size_t first = draw(generator, tokens.size() - 1);
  const std::size_t second = first + 1 + draw(generator, tokens.size() - first - 1);
  const Token a = tokens[first];
  const Token b = tokens[second];
  text = text.substr(0, a.begin) + text.substr(b.begin, b.end - b.begin) +
         text.substr(a.end, b.begin - a.end) + text.substr(a.begin, a.end - a.begin) + text.substr(b.end);
}

void replace_token(std::string& text, std::mt19937& generator) {
  const std::vector<Token> tokens = tokens_of(text);
  if (tokens.empty()) return;
  const Token token = tokens[draw(generator, tokens.size())];
  text.replace(token.begin, token.end - token.begin, kValues[draw(generator, kValues.size())]);
}

void copy_token(std::string& text, std::mt19937& generator) {
  const std::vector<Token> tokens = tokens_of(text);
  if (tokens.empty()) return;
  const Token from = tokens[draw(generator, tokens.size())];
  const Token to = tokens[draw(generator, tokens.size())];
  text.replace(to.begin, to.end - to.begin, text.substr(from.begin, from.end - from.begin));
}

void move_line(std::string& text, std::mt19937& generator) {
  const std::size_t inside = draw(generator, text.size());
  const std::size_t begin = inside == 0 ? 0 : text.rfind('\n', inside - 1) + 1;
  const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
  const std::string line = text.substr(begin, end - begin);
  text.erase(begin, end - begin);
  const std::size_t place = text.empty() ? 0 : text.find('\n', draw(generator, text.size()));
  text.insert(place == std::string::npos ? text.size() : place, "\n" + line);
}

}  // namespace

std::vector<Token> tokens_of(std::string_view text) {
  constexpr std::string_view kBetween = " \t\r\n[]{}=,";
  std::vector<Token> tokens;
  for (std::size_t at = text.find_first_not_of(kBetween); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(kBetween, at), text.size());
    tokens.push_back({at, end});
    at = text.find_first_not_of(kBetween, end);
  }
  return tokens;
}

std::string mutate(std::string text, std::mt19937& generator) {
  constexpr std::array kMutations = {flip_byte,   replace_byte,  delete_piece, double_piece,
                                     swap_tokens, replace_token, copy_token,   move_line};
  const std::size_t changes = 1 + draw(generator, 4);
  for (std::size_t i = 0; i < changes && !text.empty(); ++i) {
    kMutations[draw(generator, kMutations.size())](text, generator);
  }
  return text;
}

}  // namespace headsweep::sweep
