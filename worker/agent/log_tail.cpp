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

std::string without_final_newlines(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

std::string last_lines(std::string text) {
  std::size_t begin = text.size();
  for (std::size_t lines = 0; lines < kLogTailLines && begin != std::string::npos; ++lines) {
    begin = begin == 0 ? std::string::npos : text.rfind('\n', begin - 1);
  }
  if (begin != std::string::npos) text.erase(0, begin + 1);
  std::ranges::replace_if(
      text, [](char c) { return !is_printable(c); }, '?');
  return text;
}

}  // namespace

std::string log_tail(const std::filesystem::path& file) {
  return last_lines(without_final_newlines(read_end(file)));
}

std::string log_tail(const std::filesystem::path& first, const std::filesystem::path& second) {
  const std::string end = without_final_newlines(read_end(second));
  std::string text = without_final_newlines(read_end(first));
  if (!text.empty() && !end.empty()) text += '\n';
  text += end;
  return last_lines(text.substr(text.size() - std::min(text.size(), kLogTailBytes)));
}

std::string last_line(const std::filesystem::path& file) {
  std::string text = log_tail(file);
  text.erase(text.find_last_not_of(" \t\n") + 1);
  return text.substr(text.rfind('\n') + 1);  // npos + 1 is 0
}

}  // namespace headsweep::agent
