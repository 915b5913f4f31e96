// A sweep file: refused with one line, or a sweep whose canonical form is the same however often it is made.
#include <cstdlib>
#include <string_view>

#include "errors/user_error.h"
#include "sweep/plan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headsweep;
  try {
    const sweep::Sweep sweep = sweep::parse_sweep({reinterpret_cast<const char*>(data), size}, "input.toml");
    const std::string canonical = sweep::canonical_sweep(sweep);
    if (canonical != sweep::canonical_sweep(sweep)) std::abort();
    if (!sweep::describe_difference(canonical, sweep).empty()) std::abort();
    if (sweep::count_grid(sweep) <= 64) static_cast<void>(sweep::make_plan(sweep, 64));
  } catch (const UserError& error) {
    if (std::string_view(error.what()).empty()) std::abort();
  }
  return 0;
}
