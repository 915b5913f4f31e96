#include "cli/progress_display.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <variant>

#include <unistd.h>

#include "cli/clock_text.h"

namespace headsweep::cli {
namespace {

constexpr int kBarCells = 20;
constexpr std::size_t kMostColumns = 78;
constexpr std::chrono::seconds kPlainInterval{10};

// Share of the sweep that is trained: by operations for this run's part, so that it does not jump.
double share_done(const orchestrator::Progress& progress) {
  if (progress.trials == 0) return 1;
  const auto trials = static_cast<double>(progress.trials);
  const auto ended_before = static_cast<double>(progress.done + progress.failed - progress.done_now);
  const double flops = progress.flops_done + progress.flops_left;
  const double now = flops > 0 ? progress.flops_done / flops : 0;
  return std::clamp((ended_before + now * static_cast<double>(progress.trials_now)) / trials, 0.0, 1.0);
}

std::string terminal_of(const std::string& descriptor) {
  std::array<char, 64> target{};
  const auto length = readlink(descriptor.c_str(), target.data(), target.size());
  if (length <= 0) return "";
  std::string path(target.data(), static_cast<std::size_t>(length));
  const bool is_terminal = path.starts_with("/dev/pts/") || path.starts_with("/dev/tty");
  return is_terminal ? path : "";
}

// What people want to see of a record while the run goes on; "" for everything else.
std::string notable(const results::Record& record) {
  if (const auto* ended = std::get_if<results::AttemptEnded>(&record)) {
    if (protocol::is_interruption(ended->failure.reason)) return "";
    const bool again = ended->trial_state == results::TrialState::kPlanned;
    return "trial " + std::to_string(ended->trial) + ": " + std::string(to_text(ended->failure.reason)) +
           ": " + ended->failure.message + (again ? " (will be tried again)" : " (failed for good)");
  }
  // Who trains a trial is said by `status`.
  const auto* const event = std::get_if<results::Event>(&record);
  if (event != nullptr && event->kind != "gang") return event->message;
  return "";
}

}  // namespace

std::string progress_line(const orchestrator::Progress& progress) {
  const double share = share_done(progress);
  const int filled = static_cast<int>(share * kBarCells);
  std::string line = "[" + std::string(static_cast<std::size_t>(filled), '#') +
                     std::string(static_cast<std::size_t>(kBarCells - filled), '-') + "] ";
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "%3d%%  %lld/%lld done", static_cast<int>(share * 100),
                static_cast<long long>(progress.done), static_cast<long long>(progress.trials));
  line += text.data();
  if (progress.running > 0) line += ", " + std::to_string(progress.running) + " running";
  if (progress.failed > 0) line += ", " + std::to_string(progress.failed) + " failed";
  if (progress.trials_per_minute) {
    std::snprintf(text.data(), text.size(), "  %.3g/min", *progress.trials_per_minute);
    line += text.data();
  }
  if (progress.seconds_left && progress.flops_left > 0) {
    line += "  " + clock_text(*progress.seconds_left) + " left";
  }
  line.resize(std::min(line.size(), kMostColumns));
  return line;
}

bool stderr_reaches_terminal() {
  if (isatty(STDERR_FILENO) == 1) return true;
  // mpirun gives its ranks a pipe and copies it to its own stderr.
  return !terminal_of("/proc/" + std::to_string(getppid()) + "/fd/2").empty();
}

ProgressDisplay::ProgressDisplay(bool redrawn) : redrawn_(redrawn) {}

void ProgressDisplay::show(const std::string& line) {
  // A shorter line must cover what the longer one left.
  const std::size_t cover = std::max(line.size(), last_line_.size());
  std::string padded = line;
  padded.resize(cover, ' ');
  std::fprintf(stderr, "\r%s", padded.c_str());
  std::fflush(stderr);
  last_line_ = line;
}

void ProgressDisplay::say(const std::string& line) {
  if (redrawn_ && !last_line_.empty()) {
    std::fprintf(stderr, "\r%s\r", std::string(last_line_.size(), ' ').c_str());
  }
  std::fprintf(stderr, "headsweep: %s\n", line.c_str());
  if (redrawn_ && !last_line_.empty()) show(last_line_);
}

void ProgressDisplay::on_progress(const orchestrator::Progress& progress) {
  const std::string line = progress_line(progress);
  any_ = true;
  if (redrawn_) {
    if (line != last_line_) show(line);
    return;
  }
  last_line_ = line;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_plain_line_) return;
  next_plain_line_ = now + kPlainInterval;
  last_plain_line_ = line;
  std::fprintf(stderr, "headsweep: %s\n", line.c_str());
}

void ProgressDisplay::on_record(const results::Record& record) {
  const std::string line = notable(record);
  if (!line.empty()) say(line);
}

void ProgressDisplay::finish() {
  if (!any_) return;
  if (redrawn_) {
    std::fputc('\n', stderr);
  } else if (last_line_ != last_plain_line_) {
    std::fprintf(stderr, "headsweep: %s\n", last_line_.c_str());
  }
}

}  // namespace headsweep::cli
