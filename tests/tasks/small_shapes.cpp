#include "tests/tasks/small_shapes.h"

namespace headsweep::tasks {
namespace {

using Tokens = std::vector<std::int32_t>;

Positions so_far(const Tokens& /*tokens*/, std::size_t i) {
  Positions places;
  for (std::size_t place = 0; place <= i; ++place) places.push_back(place);
  return places;
}

auto among(Positions places) {
  return [places = std::move(places)](const Tokens& /*tokens*/, std::size_t /*i*/) { return places; };
}

// Places among the first `context` with an id other than `left_out`.
auto among_all_but(std::size_t context, std::int32_t left_out) {
  return [context, left_out](const Tokens& tokens, std::size_t /*i*/) {
    Positions places;
    for (std::size_t place = 0; place < context; ++place) {
      if (tokens[place] != left_out) places.push_back(place);
    }
    return places;
  };
}

void add_in_place(std::vector<SmallShape>& shapes) {
  shapes.push_back({"CopyOfBits", "copy", {6, 2}, 64, 1, 6, so_far, 0});
  shapes.push_back({"Copy", "copy", {4, 3}, 81, 1, 4, so_far, 0});
  shapes.push_back({"ShiftByOne", "shift", {4, 3}, 81, 1, 4, so_far, 0});
  shapes.push_back({"ShiftByNothing", "shift", {4, 3, 0}, 81, 1, 4, so_far, 0});
  shapes.push_back({"ShiftByThree", "shift", {6, 2, 3}, 64, 1, 6, so_far, 0});
  shapes.push_back({"Cycle", "cycle", {4, 3}, 81, 1, 4, so_far, 1});
  shapes.push_back({"CycleByNothing", "cycle", {4, 3, 0}, 81, 1, 4, so_far, 0});
  shapes.push_back({"CycleByFour", "cycle", {6, 2, 4}, 64, 1, 6, so_far, 4});
  shapes.push_back({"PrefixParity", "prefix_parity", {7, 5}, 128, 1, 7, so_far, 7});
}

void add_with_queries(std::vector<SmallShape>& shapes) {
  // Ordered choices of 3 of 6 ids; both tokens with a successor asked in either order.
  shapes.push_back({"Induction", "induction", {5, 6}, 120, 2, 3, among({1, 2}), 0});
  shapes.push_back({"InductionFewQueries",
                    "induction",
                    {.length = 6, .vocabulary = 5, .queries = 1},
                    120,
                    4,
                    5,
                    among({1, 2, 3, 4}),
                    0});
  // Keys 0 ... 2, values 3 ... 6, SEP 7: 3 x 2 x 4 x 4 pairs, two queries.
  shapes.push_back({"Recall", "associative_recall", {6, 8}, 96, 4, 4, among({1, 3}), 0});
  shapes.push_back({"RecallWithRoomLeft",
                    "associative_recall",
                    {.length = 7, .vocabulary = 9, .pairs = 2, .queries = 2},
                    192,
                    4,
                    4,
                    among({1, 3}),
                    0});
  // 15 places of two of three data ids; filler 3.
  shapes.push_back({"SelectiveCopy", "selective_copy", {8, 5}, 135, 1, 6, among_all_but(6, 3), 0});
  shapes.push_back({"SelectiveCopyOfThree",
                    "selective_copy",
                    {.length = 8, .vocabulary = 5, .queries = 3},
                    270,
                    1,
                    5,
                    among_all_but(5, 3),
                    0});
}

void add_separated(std::vector<SmallShape>& shapes) {
  shapes.push_back({"Reverse", "reverse", {6, 5}, 64, 1, 3, among({0, 1, 2}), 0});
  shapes.push_back({"ReverseOddLength", "reverse", {7, 5}, 64, 1, 3, among({0, 1, 2}), 0});
  shapes.push_back({"Duplicate", "duplicate", {9, 5}, 64, 1, 3, among({0, 1, 2}), 3});
  shapes.push_back({"DuplicateWithRoomLeft", "duplicate", {11, 5}, 64, 1, 3, among({0, 1, 2}), 3});
  shapes.push_back({"LeftShift", "left_shift", {8, 4}, 81, 1, 4, among({0, 1, 2, 3}), 0});
  shapes.push_back({"LeftShiftByThree", "left_shift", {8, 4, 3}, 81, 1, 4, among({0, 1, 2, 3}), 0});
  shapes.push_back({"CyclicShift", "cyclic_shift", {8, 4}, 81, 1, 4, among({0, 1, 2, 3}), 0});
  shapes.push_back({"CyclicShiftByThree", "cyclic_shift", {9, 4, 3}, 81, 1, 4, among({0, 1, 2, 3}), 0});
  shapes.push_back({"Sort", "sort", {6, 7}, 120, 1, 3, among({0, 1, 2}), 0});
  shapes.push_back({"SortNearlyAllIds", "sort", {9, 6}, 120, 1, 4, among({0, 1, 2, 3}), 0});
  // Brackets around 1, 2, 3 tokens have 3 + 2 + 1 places in x, and 4 + 3 + 2 in one longer.
  shapes.push_back({"BracketedCopy", "bracketed_copy", {9, 6}, 162, 1, 5, among_all_but(5, 3), 0});
  shapes.push_back({"BracketedCopyOfBits", "bracketed_copy", {10, 5}, 144, 1, 6, among_all_but(6, 2), 0});
}

}  // namespace

std::vector<SmallShape> small_shapes() {
  std::vector<SmallShape> shapes;
  add_in_place(shapes);
  add_with_queries(shapes);
  add_separated(shapes);
  return shapes;
}

}  // namespace headsweep::tasks
