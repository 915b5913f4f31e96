// The walk that the paper's released program simulates, in exact closed form.
//
// The program (code of arXiv 2507.02944) moves from i to j with probability A(j, i): a column of attention,
// which does not sum to one. It draws r uniform in [0, 1) and takes the first j whose running sum reaches r,
// else the last position. So mass that a column lacks jumps to the sink, and mass beyond one is cut off.
#pragma once

#include <vector>

#include "metrics/lower_triangle.h"

namespace headsweep::metrics {

inline constexpr int kPaperStepLimit = 100;  // the program stops a walk there

// By start: expected steps to the last position, each walk cut at kPaperStepLimit; 0 for the last position
// itself.
std::vector<double> paper_expected_steps(const LowerTriangle& attention);

// Their mean over all positions, as the program prints it. Start 0 never leaves and always adds limit / n.
double paper_mixing_time(const LowerTriangle& attention);

}  // namespace headsweep::metrics
