// Who owns a store, as its file STORE.d/owner says it: one line of text, for people and for other hosts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace headsweep::results {

struct Owner {
  std::string host;
  std::int64_t pid;
  std::string since;     // ISO 8601, UTC
  std::string job = {};  // of SLURM, empty outside of one
  std::string beat =
      {};  // when it last said that it lives, by its own clock: only to be compared for equality
  std::string boot = {};  // of its host's kernel
  std::int64_t process_start =
      0;  // clock ticks from that boot: tells it from a later process of the same pid
};

// This process, from now on.
Owner this_process();

// "host pid since beat boot process_start [job]"; as long after every beat.
std::string to_text(const Owner& owner);

// What the file says now: it is opened anew, which is when network file systems look at their server. Nothing if it is empty
// (a clean end), missing, cannot be read or is no such line.
std::optional<Owner> read_owner(const std::filesystem::path& file);

// The same where it names a process of another host.
std::optional<Owner> owner_of_another_host(const std::filesystem::path& file);

// Whether they are one process, whatever their beats.
bool is_same_process(const Owner& one, const Owner& other);

// Whether it ran on this host since this boot and is gone. False where nothing is known, as of other hosts.
bool is_known_dead(const Owner& owner);

// "a run on host a, pid 42, since ...", "SLURM job 7 on host ..."
std::string describe(const Owner& owner);

}  // namespace headsweep::results
