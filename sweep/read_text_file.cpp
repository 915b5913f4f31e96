#include "sweep/read_text_file.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "sweep/document.h"
#include "sweep/refuse.h"

namespace headsweep::sweep {

std::string read_text_file(const std::string& path) {
  std::error_code not_there;  // opening the file says it better
  const std::filesystem::file_status status = std::filesystem::status(path, not_there);
  if (std::filesystem::is_directory(status)) refuse(path, "is a folder, not a sweep file");
  // Reading a pipe or a terminal could wait for ever.
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    refuse(path, "is a device or a pipe, not a sweep file; give a regular file");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) refuse(path, "cannot be opened: " + std::generic_category().message(errno));
  std::string text(kMaxSweepFileBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) refuse(path, "cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

}  // namespace headsweep::sweep
