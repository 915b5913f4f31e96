#include "results/owner.h"

#include <fstream>
#include <iterator>
#include <sstream>

#include <unistd.h>

#include "results/batch_job.h"
#include "results/clock.h"

namespace headsweep::results {
namespace {

// Different after every start of the kernel, equal in all of its containers.
std::string boot_of_host() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string boot;
  return file >> boot ? boot : "unknown";
}

// The 22nd field of /proc/PID/stat (proc(5)); the second, a program's name in brackets, may hold anything. 0: no such process, or
// one that has ended and that its parent has not asked for yet.
std::int64_t start_of_living_process(std::int64_t pid) {
  constexpr int kFieldsBetween = 18;
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return 0;
  std::istringstream fields(text.substr(name_end + 1));
  char state = 'X';
  fields >> state;
  if (state == 'Z' || state == 'X') return 0;
  std::string skipped;
  for (int i = 0; i < kFieldsBetween; ++i) fields >> skipped;
  std::int64_t start = 0;
  fields >> start;
  return start;
}

}  // namespace

Owner this_process() {
  const std::string now = utc_now();
  return {host_name(), getpid(), now, slurm_job(), now, boot_of_host(), start_of_living_process(getpid())};
}

std::string to_text(const Owner& owner) {
  std::ostringstream text;
  text << owner.host << ' ' << owner.pid << ' ' << owner.since << ' ' << owner.beat << ' ' << owner.boot
       << ' ' << owner.process_start << ' ' << owner.job << '\n';
  return text.str();
}

std::optional<Owner> read_owner(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line)) return std::nullopt;
  std::istringstream words(line);
  Owner owner{};
  if (!(words >> owner.host >> owner.pid >> owner.since >> owner.beat >> owner.boot >> owner.process_start))
    return std::nullopt;
  words >> owner.job;
  return owner;
}

std::optional<Owner> owner_of_another_host(const std::filesystem::path& file) {
  std::optional<Owner> owner = read_owner(file);
  if (owner && owner->host == host_name()) owner.reset();
  return owner;
}

bool is_same_process(const Owner& one, const Owner& other) {
  return one.host == other.host && one.pid == other.pid && one.since == other.since &&
         one.boot == other.boot && one.process_start == other.process_start;
}

bool is_known_dead(const Owner& owner) {
  return owner.host == host_name() && owner.boot == boot_of_host() &&
         start_of_living_process(owner.pid) != owner.process_start;
}

std::string describe(const Owner& owner) {
  return (owner.job.empty() ? "a run" : "SLURM job " + owner.job) + " on host " + owner.host + ", pid " +
         std::to_string(owner.pid) + ", since " + owner.since;
}

}  // namespace headsweep::results
