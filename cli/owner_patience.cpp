#include "cli/owner_patience.h"

#include <iostream>
#include <string>
#include <utility>

namespace headsweep::cli {

results::OwnerPatience owner_patience(std::function<bool()> is_stopped) {
  results::OwnerPatience patience;
  patience.tell = [](const std::string& line) { std::cerr << "headsweep: " << line << std::endl; };
  patience.is_stopped = std::move(is_stopped);
  return patience;
}

}  // namespace headsweep::cli
