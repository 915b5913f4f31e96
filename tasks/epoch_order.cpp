#include "tasks/epoch_order.h"

#include <numeric>
#include <utility>

#include "random/counter_random.h"

namespace headsweep::tasks {

void epoch_order(std::uint32_t seed, std::uint32_t epoch, std::span<std::uint32_t> order) {
  std::iota(order.begin(), order.end(), std::uint32_t{0});
  random::Block block{};
  std::size_t block_number = order.size();  // of the block held; no such block at first
  for (std::size_t last = order.size(); last-- > 1;) {
    if (last / block.size() != block_number) {
      block_number = last / block.size();
      block = random::random_block(seed, random::Purpose::kEpochOrder, epoch, 0, block_number);
    }
    std::swap(order[last],
              order[random::uniform_below(block[last % block.size()], static_cast<std::uint32_t>(last + 1))]);
  }
}

}  // namespace headsweep::tasks
