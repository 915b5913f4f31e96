#include "errors/check.h"

#include <cstdio>
#include <cstdlib>

namespace headsweep {

void fail_check(std::string_view what, const std::source_location& where) {
  std::fprintf(stderr, "headsweep: internal error: %.*s (%s:%u, in %s)\n", static_cast<int>(what.size()),
               what.data(), where.file_name(), static_cast<unsigned>(where.line()), where.function_name());
  std::abort();
}

}  // namespace headsweep
