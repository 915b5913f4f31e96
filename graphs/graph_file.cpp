#include "graphs/graph_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

#include <toml++/toml.h>

#include "errors/nearest_name.h"
#include "errors/user_error.h"
#include "graphs/combine.h"
#include "graphs/edge_list.h"
#include "graphs/number_text.h"

namespace headsweep::graphs {
namespace {

constexpr std::array<std::string_view, 5> kFileKeys = {"name", "nodes", "weights", "horizon", "head"};
constexpr std::array<std::string_view, 7> kHeadKeys = {"name",     "edges",  "family", "width",
                                                       "dilation", "degree", "seed"};

// Reads one file; complaints begin with its path and the line.
class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  HeadSet read() {
    const toml::table root = parse();
    require_known(root, kFileKeys);
    set_.name = text_or(root, "name", "");
    n_ = read_nodes(root);
    const toml::array* heads = root["head"].as_array();
    if (heads == nullptr || heads->empty())
      refuse(root, "no [[head]]; give at least one, with edges or a family");
    for (const toml::node& node : *heads) {
      const toml::table* head = node.as_table();
      if (head == nullptr) refuse(node, "head: must be tables, written [[head]]");
      read_head(*head);
    }
    set_.weights = read_weights(root);
    if (root.contains("horizon")) set_.horizon = integer(*root.get("horizon"), "horizon", 1);
    return std::move(set_);
  }

 private:
  [[nodiscard]] toml::table parse() const {
    std::error_code unreadable;  // the parser says it
    if (std::filesystem::is_directory(path_, unreadable))
      throw UserError(path_ + ": is a folder, not a graph file");
    try {
      return toml::parse_file(path_);
    } catch (const toml::parse_error& error) {
      const auto line = error.source().begin.line;
      throw UserError(path_ + (line > 0 ? ":" + std::to_string(line) : "") + ": " +
                      std::string(error.description()));
    }
  }

  [[nodiscard]] std::string place(const toml::node& node) const {
    return path_ + ":" + std::to_string(node.source().begin.line);
  }

  [[noreturn]] void refuse(const toml::node& node, const std::string& problem) const {
    throw UserError(place(node) + ": " + problem);
  }

  void require_known(const toml::table& table, std::span<const std::string_view> known) const {
    for (const auto& [key, node] : table) {
      if (std::ranges::find(known, key.str()) != known.end()) continue;
      refuse(node, "unknown key '" + std::string(key.str()) + "'" + did_you_mean(key.str(), known));
    }
  }

  [[nodiscard]] std::string text_or(const toml::table& table, std::string_view key,
                                    const std::string& standard) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) return standard;
    const auto text = node->value_exact<std::string>();
    if (!text) refuse(*node, std::string(key) + ": must be a text in quotes");
    return *text;
  }

  [[nodiscard]] std::int64_t integer(const toml::node& node, const std::string& what,
                                     std::int64_t least) const {
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < least)
      refuse(node, what + ": must be a whole number of at least " + std::to_string(least));
    return *value;
  }

  [[nodiscard]] double number(const toml::node& node, const std::string& what) const {
    const auto value = node.value<double>();
    if (!value || !node.is_number()) refuse(node, what + ": must be a number");
    return *value;
  }

  std::int64_t read_nodes(const toml::table& root) {
    const toml::node* node = root.get("nodes");
    if (node == nullptr)
      refuse(root, "nodes: missing; give the number of positions or a list of their names");
    const toml::array* names = node->as_array();
    if (names == nullptr) return integer(*node, "nodes (or a list of names)", 1);
    for (const toml::node& entry : *names) {
      const auto name = entry.value_exact<std::string>();
      if (!name || name->empty()) refuse(entry, "nodes: every name must be a text in quotes");
      if (std::ranges::find(set_.node_names, *name) != set_.node_names.end()) {
        refuse(entry, "nodes: '" + *name + "' stands there twice");
      }
      set_.node_names.push_back(*name);
    }
    if (set_.node_names.empty()) refuse(*node, "nodes: the list is empty; at least one position is needed");
    return static_cast<std::int64_t>(set_.node_names.size());
  }

  void read_head(const toml::table& head) {
    require_known(head, kHeadKeys);
    const std::string number = "head " + std::to_string(set_.graphs.size());
    const toml::node* edges = head.get("edges");
    const toml::node* family = head.get("family");
    if ((edges == nullptr) == (family == nullptr)) refuse(head, number + ": give either edges or a family");
    if (edges != nullptr) {
      for (const std::string_view key : {"width", "dilation", "degree", "seed"}) {
        if (head.contains(key))
          refuse(*head.get(key), std::string(key) + ": does not apply to a head with edges");
      }
      set_.add(text_or(head, "name", number), std::nullopt, read_edges(*edges, number));
      return;
    }
    try {
      const FamilySpec spec = read_family(head);
      set_.add(text_or(head, "name", std::string(family_name(spec.family))), spec, family_graph(spec, n_));
    } catch (const UserError& error) {
      const std::string message = error.what();
      if (message.starts_with(path_)) throw;
      refuse(*family, number + ": " + message);
    }
  }

  [[nodiscard]] FamilySpec read_family(const toml::table& head) const {
    FamilySpec spec;
    spec.family = family_of(text_or(head, "family", ""));
    require_applicable(head, spec.family);
    const auto read = [&](std::string_view key, std::int64_t& value) {
      if (head.contains(key)) value = integer(*head.get(key), std::string(key), 1);
    };
    read("width", spec.width);
    read("dilation", spec.dilation);
    read("degree", spec.degree);
    if (const toml::node* seed = head.get("seed")) {
      const std::int64_t value = integer(*seed, "seed", 0);
      if (value > UINT32_MAX) refuse(*seed, "seed: must be below 2^32");
      spec.seed = static_cast<std::uint32_t>(value);
    }
    spec.head = static_cast<std::uint32_t>(set_.graphs.size());
    return spec;
  }

  void require_applicable(const toml::table& head, Family family) const {
    const auto parameters = family_parameters(family);
    for (const auto& [key, node] : head) {
      const bool applies =
          key == "name" || key == "family" || std::ranges::find(parameters, key.str()) != parameters.end();
      if (!applies)
        refuse(node,
               std::string(key.str()) + ": does not apply to family " + std::string(family_name(family)));
    }
  }

  // A position by number or name.
  [[nodiscard]] std::int64_t position(const toml::node& node, const std::string& head) const {
    if (const auto name = node.value_exact<std::string>()) {
      const auto found = std::ranges::find(set_.node_names, *name);
      if (found == set_.node_names.end()) refuse(node, head + ": no node has the name '" + *name + "'");
      return found - set_.node_names.begin();
    }
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < 0 || *value >= n_) {
      refuse(node, head + ": an edge joins two of the positions 0 to " + std::to_string(n_ - 1) +
                       ", by number or name: [key, query] or [key, query, attention]");
    }
    return *value;
  }

  [[nodiscard]] CausalGraph read_edges(const toml::node& node, const std::string& head) const {
    const toml::array* list = node.as_array();
    if (list == nullptr) refuse(node, head + ": edges must be a list such as [[0, 1], [1, 2]]");
    std::vector<Edge> edges;
    bool weighted = false;
    for (const toml::node& entry : *list) {
      const toml::array* edge = entry.as_array();
      if (edge == nullptr || edge->size() < 2 || edge->size() > 3) {
        refuse(entry, head + ": an edge is [key, query] or [key, query, attention]");
      }
      if (!edges.empty() && weighted != (edge->size() == 3)) {
        refuse(entry, head + ": either all edges of a head have an attention weight or none has");
      }
      weighted = edge->size() == 3;
      edges.push_back({position((*edge)[0], head), position((*edge)[1], head),
                       weighted ? number((*edge)[2], head + ": attention") : 1.0});
      check_edge(edges.back(), place(entry) + ": " + head);
    }
    const std::string where = place(node) + ": " + head;
    return weighted ? weighted_graph(n_, std::move(edges), where)
                    : uniform_graph(n_, std::move(edges), where);
  }

  [[nodiscard]] std::vector<double> read_weights(const toml::table& root) const {
    const toml::node* node = root.get("weights");
    if (node == nullptr) return equal_weights(set_.graphs.size());
    const toml::array* list = node->as_array();
    if (list == nullptr) refuse(*node, "weights: must be a list of numbers, one a head");
    std::vector<double> weights;
    for (const toml::node& entry : *list) weights.push_back(number(entry, "weights"));
    check_weights(weights, set_.graphs.size(), place(*node) + ": weights");
    return weights;
  }

  std::string path_;
  std::int64_t n_ = 0;
  HeadSet set_;
};

}  // namespace

void HeadSet::add(std::string head_name, std::optional<FamilySpec> family, CausalGraph graph) {
  head_names.push_back(std::move(head_name));
  families.push_back(family);
  graphs.push_back(std::move(graph));
}

std::vector<double> equal_weights(std::size_t heads) {
  return std::vector<double>(heads, 1.0 / static_cast<double>(heads));
}

HeadSet read_graph_file(const std::string& path) {
  return Reader(path).read();
}

}  // namespace headsweep::graphs
