// headsweep report --paper: the tables of the paper's experiment.
#pragma once

#include <string>
#include <vector>

namespace headsweep::cli {

// `files`: one store, or checkpoints whose names say heads and task ("4_heads_copy.pt", as the released ones have it).
// `format`: table or markdown. Throws UserError.
std::string paper_report(const std::vector<std::string>& files, const std::string& format);

}  // namespace headsweep::cli
