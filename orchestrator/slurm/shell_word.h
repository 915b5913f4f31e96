// Any text as one word of a bash script.
#pragma once

#include <string>
#include <string_view>

namespace headsweep::slurm {

// "..." with what bash would read as more than itself escaped; $'...' where there is anything but printable ASCII.
// `text` may hold any byte but NUL and newline (a broken invariant).
std::string shell_word(std::string_view text);

// The same for a line that begins with #SBATCH, which sbatch takes apart by rules of its own: "..." in which a
// backslash escapes the next character.
std::string directive_word(std::string_view text);

}  // namespace headsweep::slurm
