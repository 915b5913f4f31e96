// The identity of a trial: canonical settings and their SHA-256.
#pragma once

#include <string>
#include <string_view>

#include "trial/settings.h"

namespace headsweep::trial {

// Canonical JSON of the settings as resolved() gives them: one object, dotted names sorted, values equal to the
// default left out, "seed" always present, no spaces, reals in the shortest form that reads back equal. Requires
// checked settings. Example: {"model.heads":4,"seed":0}
std::string canonical_json(const Settings& settings);

// Reads what canonical_json() wrote. Throws UserError on anything else: unknown name, wrong type, out of
// range, contradiction between settings, text that canonical_json() would write differently.
Settings parse_canonical_json(std::string_view json);

// The trial key: SHA-256 of canonical_json(), 64 lower-case hex digits.
std::string trial_key(const Settings& settings);

// The arm: the same hash without the seed; trials of one arm are replicates of each other.
std::string arm_key(const Settings& settings);

}  // namespace headsweep::trial
