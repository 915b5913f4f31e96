#include "worker/agent/log_tail.h"

#include <algorithm>
#include <fstream>

namespace headsweep::agent {
namespace {

// Bytes from 0x80 on belong to UTF-8; a control character would end up on somebody's terminal.
bool is_printable(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\n' || c == '\t' || (byte >= 0x20 && byte != 0x7f);
}

std::string read_end(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return "";
  const auto size = static_cast<std::size_t>(std::max<std::streamoff>(in.tellg(), 0));
  std::string bytes(std::min(size, kLogTailBytes), '\0');
  in.seekg(static_cast<std::streamoff>(size - bytes.size()));
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  return bytes;
}

}  // namespace

std::string log_tail(const std::filesystem::path& file) {
  std::string text = read_end(file);
  while (text.ends_with('\n')) text.pop_back();
  std::size_t begin = text.size();
  for (std::size_t lines = 0; lines < kLogTailLines && begin != std::string::npos; ++lines) {
    begin = begin == 0 ? std::string::npos : text.rfind('\n', begin - 1);
  }
  if (begin != std::string::npos) text.erase(0, begin + 1);
  std::ranges::replace_if(
      text, [](char c) { return !is_printable(c); }, '?');
  return text;
}

std::string last_line(const std::filesystem::path& file) {
  std::string text = log_tail(file);
  text.erase(text.find_last_not_of(" \t\n") + 1);
  return text.substr(text.rfind('\n') + 1);  // npos + 1 is 0
}

}  // namespace headsweep::agent
