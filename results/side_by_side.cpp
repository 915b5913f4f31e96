#include "results/side_by_side.h"

#include <algorithm>
#include <future>
#include <system_error>
#include <thread>
#include <vector>

namespace headsweep::results {

std::size_t threads_at_once(std::size_t most) {
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, most);
}

void side_by_side(std::size_t parts, const std::function<void(std::size_t part)>& work) {
  std::vector<std::future<void>> others;  // wait for their threads when they go, whatever is thrown
  std::vector<std::size_t> own;
  for (std::size_t part = 0; part < parts; ++part) {
    try {
      if (part > 0) others.push_back(std::async(std::launch::async, work, part));
    } catch (const std::system_error&) {
      own.push_back(part);
    }
  }
  if (parts > 0) work(0);
  for (const std::size_t part : own) work(part);
  for (std::future<void>& other : others) other.get();
}

}  // namespace headsweep::results
