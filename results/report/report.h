// headsweep report: everything that a store says, as one HTML page.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "results/reader.h"
#include "results/report/attention_source.h"

namespace headsweep::report {

// The page's text. Reads only; takes seconds on large stores. `attention` is asked at most once. Throws UserError: the
// store cannot be read, or holds no sweep yet. With `reload_seconds` an open page asks for its file anew that often.
std::string make_report(results::StoreReader& store, const AttentionSource& attention,
                        std::optional<std::int64_t> reload_seconds = std::nullopt);

// Writes `text` to `file` so that whoever opens it sees the old file or the new one, whole. Throws UserError.
void replace_file(const std::filesystem::path& file, const std::string& text);

}  // namespace headsweep::report
