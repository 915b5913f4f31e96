// Graphs to be measured: a TOML file of edges per head, or families by name.
//
// The file:
//   name = "Example 2"                  # optional
//   nodes = 4                           # a number of positions, or their names in causal order: ["u", "v", "w", "tau"]
//   weights = [0.5, 0.5]                # optional, one a head; default: equal
//   horizon = 20                        # optional
//   [[head]]                            # one or more
//   name = "relay"                      # optional
//   edges = [["u", "v"], [1, 2]]        # [key, query] by number or name; self loops are added, weights are uniform
//   [[head]]
//   edges = [[0, 0, 1.0], [0, 1, 0.3], [1, 1, 0.7]]   # [key, query, attention]: self loops are given like any edge
//   [[head]]
//   family = "window"                   # with width, dilation, degree, seed where they apply
//   width = 4
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "graphs/causal_graph.h"
#include "graphs/families.h"

namespace headsweep::graphs {

struct HeadSet {
  std::string name;                                 // of the file's content; empty: none
  std::vector<std::string> node_names;              // empty: positions have numbers only
  std::vector<std::string> head_names;              // one a head
  std::vector<std::optional<FamilySpec>> families;  // one a head; none for a list of edges
  std::vector<CausalGraph> graphs;                  // one a head, of equal size
  std::vector<double> weights;                      // one a head, summing to one
  std::optional<std::int64_t> horizon;

  void add(std::string head_name, std::optional<FamilySpec> family, CausalGraph graph);
  [[nodiscard]] std::int64_t size() const { return graphs.front().size(); }
};

// 1/H each.
std::vector<double> equal_weights(std::size_t heads);

// Throws UserError "PATH:LINE: ..." on a file that cannot be read, is not TOML, has unknown keys, wrong types, an edge
// that runs backwards (a cycle), out of range or listed twice, attention that is negative or not finite or does not sum
// to one in each row, and everything family_graph() and check_weights() refuse.
HeadSet read_graph_file(const std::string& path);

}  // namespace headsweep::graphs
