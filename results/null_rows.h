// The nulls of `summary` as rows for people.
#pragma once

#include "results/table.h"

namespace headsweep::results {

// `narrow`: some columns of `wide`, which is `summary` with all its columns; equal rows. Adds a column `attention`, and
// below each row one for every null of its models that has a value in a column of `narrow`; nulls in closed form follow
// at the end, each value once.
Table with_null_rows(const Table& narrow, const Table& wide);

}  // namespace headsweep::results
