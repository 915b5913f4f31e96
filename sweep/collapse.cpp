#include "sweep/collapse.h"

#include <algorithm>

#include "sweep/read_axes.h"
#include "sweep/thousands.h"

namespace headsweep::sweep {
namespace {

void add_once(std::vector<std::string>& reasons, const std::string& reason) {
  if (std::ranges::find(reasons, reason) == reasons.end()) reasons.push_back(reason);
}

std::string reason_of(const trial::Meaningless& meaningless) {
  return std::string(meaningless.setting->name) + " means nothing with " + meaningless.because;
}

}  // namespace

std::vector<std::string> why_equal(const Sweep& sweep, const Grid& grid, std::int64_t first,
                                   std::int64_t second) {
  const trial::Settings a = grid.settings(first);
  const trial::Settings b = grid.settings(second);
  std::vector<std::string> reasons;
  // What is at its default in one of the two is meaningless in the other.
  for (const trial::Settings& settings : {b, a}) {
    for (const trial::Meaningless& meaningless : trial::meaningless_settings(settings)) {
      if (find_axis(sweep, meaningless.setting->name) &&
          meaningless.setting->get(a) != meaningless.setting->get(b)) {
        add_once(reasons, reason_of(meaningless));
      }
    }
  }
  if (reasons.empty() && a.model.tied_heads != b.model.tied_heads) {
    reasons.push_back("diversity.tied_heads = " + trial::to_text(a.model.tied_heads) + " and " +
                      trial::to_text(b.model.tied_heads) + " tie the same heads");
  }
  return reasons;
}

void LeftOut::collapsed(const std::vector<std::string>& why) {
  ++collapsed_;
  for (const std::string& reason : why) add_once(reasons_, reason);
}

void LeftOut::seen(const trial::Settings& as_written) {
  if (has_seen_ && idle_.empty()) return;
  std::vector<trial::Meaningless> here = trial::meaningless_settings(as_written);
  const auto is_here = [&](const trial::Meaningless& one) {
    return std::ranges::find(here, one.setting, &trial::Meaningless::setting) != here.end();
  };
  if (has_seen_) {
    std::erase_if(idle_, [&](const trial::Meaningless& one) { return !is_here(one); });
    return;
  }
  has_seen_ = true;
  std::erase_if(here, [&](const trial::Meaningless& one) { return find_axis(sweep_, one.setting->name); });
  idle_ = std::move(here);
}

std::vector<std::string> LeftOut::notes(std::int64_t combinations) const {
  std::vector<std::string> notes;
  if (excluded_ > 0) {
    notes.push_back(thousands(excluded_) + " of " + thousands(combinations) + " combinations excluded");
  }
  if (collapsed_ > 0) {
    std::string reasons;
    for (const std::string& reason : reasons_) reasons += (reasons.empty() ? "" : "; ") + reason;
    notes.push_back(thousands(collapsed_) + " of " + thousands(combinations) +
                    " combinations collapsed: " + reasons);
  }
  for (const trial::Meaningless& one : idle_) {
    notes.push_back(std::string(one.setting->name) + " = " + trial::to_text(one.setting->get(sweep_.base)) +
                    " means nothing in any trial (" + one.because + ")");
  }
  return notes;
}

}  // namespace headsweep::sweep
