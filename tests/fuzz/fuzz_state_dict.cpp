// A PyTorch state_dict: refused with one line, or weights as many as its shapes need.
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "errors/user_error.h"
#include "tests/worker/trainer/write_state_dict.h"
#include "trial/parameters.h"
#include "worker/trainer/state_dict_file.h"

namespace {

using namespace headsweep;

void read_archive(std::span<const std::byte> archive) {
  const trainer::StateDict state = trainer::parse_state_dict(archive, 1);
  if (std::ssize(state.parameters) != trial::count_parameters(state.model).total()) std::abort();
}

// Around any pickle an archive with right checksums, which mutation would never get past, and data for tensors.
std::vector<std::byte> enclosed(std::span<const std::byte> pickle) {
  const std::string text(reinterpret_cast<const char*>(pickle.data()), pickle.size());
  std::vector<std::pair<std::string, std::string>> entries = {{"archive/data.pkl", text}};
  for (int key = 0; key < 20; ++key) {
    entries.emplace_back("archive/data/" + std::to_string(key), std::string(256, '\0'));
  }
  return trainer::write_stored_zip(entries);
}

}  // namespace

// The first byte chooses: even an archive as it is, odd the pickle inside one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(data + 1), size - 1);
  try {
    if (data[0] % 2 == 0) {
      read_archive(bytes);
    } else {
      read_archive(enclosed(bytes));
    }
  } catch (const UserError&) {
  }
  return 0;
}
