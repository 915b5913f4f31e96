#include <algorithm>
#include <new>

#include "tests/worker/stacked/stack_under_test.h"

namespace headsweep::stacked {

std::unique_ptr<StackedUpdate> make_update_under_test(const std::vector<trial::Settings>& settings,
                                                      const StackBuffers& buffers,
                                                      const StackOptions& options) {
  return make_host_stacked_update(settings, buffers, options);
}

float* allocate_under_test(std::size_t count) {
  auto* const memory = static_cast<float*>(::operator new(count * sizeof(float), std::align_val_t{16}));
  std::fill_n(memory, count, 0.0F);
  return memory;
}
void free_under_test(float* memory) {
  ::operator delete(memory, std::align_val_t{16});
}
void copy_to_test(std::span<float> to, const float* from) {
  std::copy_n(from, to.size(), to.begin());
}
void copy_from_test(float* to, std::span<const float> from) {
  std::copy(from.begin(), from.end(), to);
}

}  // namespace headsweep::stacked
