#include "sweep/read_slurm.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "sweep/control_characters.h"
#include "sweep/read_text_file.h"
#include "sweep/read_value.h"
#include "sweep/refuse.h"
#include "sweep/schema.h"

namespace headsweep::sweep {
namespace {

constexpr std::string_view kTable = "slurm";

struct NumberKey {
  std::string_view key;
  std::optional<std::int64_t> SlurmOptions::*option;
  std::int64_t minimum;
  std::int64_t maximum;
};
constexpr std::array<NumberKey, 5> kNumbers = {
    {{"nodes", &SlurmOptions::nodes, 1, kMostNodes},
     {"gpus_per_node", &SlurmOptions::gpus_per_node, 1, kMostPerNode},
     {"ntasks_per_node", &SlurmOptions::ntasks_per_node, 1, kMostPerNode},
     {"cpus_per_task", &SlurmOptions::cpus_per_task, 1, kMostPerNode},
     {"max_restarts", &SlurmOptions::max_restarts, 0, kMostRestarts}}};

struct TextKey {
  std::string_view key;
  std::optional<std::string> SlurmOptions::*option;
};
constexpr std::array<TextKey, 8> kTexts = {{{"time", &SlurmOptions::time},
                                            {"partition", &SlurmOptions::partition},
                                            {"account", &SlurmOptions::account},
                                            {"qos", &SlurmOptions::qos},
                                            {"constraint", &SlurmOptions::constraint},
                                            {"mail_user", &SlurmOptions::mail_user},
                                            {"setup", &SlurmOptions::setup},
                                            {"launcher", &SlurmOptions::launcher}}};

std::string read_line(const Element& element, const std::string& name) {
  constexpr std::string_view kAllowed = "text without control characters, not empty";
  std::string text = read_text(element, name, kAllowed);
  if (text.empty() || has_control_characters(text)) refuse_value(element, name, kAllowed);
  return text;
}

std::string dotted(std::string_view key) {
  return std::string(kTable) + "." + std::string(key);
}

std::optional<std::string> read_line_of(const Document& document, std::string_view key) {
  const Entry* const entry = find_entry(document, kTable, key);
  if (!entry) return std::nullopt;
  return read_line(single(*entry, dotted(key), "text"), dotted(key));
}

void require_launcher(const Document& document) {
  const Entry* const entry = find_entry(document, kTable, "launcher");
  constexpr std::string_view kAllowed = R"("mpirun" or "srun")";
  const Element& element = single(*entry, "slurm.launcher", kAllowed);
  const std::string name = read_text(element, "slurm.launcher", kAllowed);
  if (name != "mpirun" && name != "srun") refuse_value(element, "slurm.launcher", kAllowed);
}

template <class T>
void fill(std::optional<T>& option, const std::optional<T>& standard) {
  if (!option) option = standard;
}

}  // namespace

SlurmOptions read_slurm(const Document& document) {
  SlurmOptions options;
  for (const NumberKey& number : kNumbers) {
    const Entry* const entry = find_entry(document, kTable, number.key);
    if (!entry) continue;
    const std::string name = dotted(number.key);
    options.*number.option =
        read_integer(single(*entry, name, "an integer"), name, number.minimum, number.maximum);
  }
  for (const TextKey& text : kTexts) options.*text.option = read_line_of(document, text.key);
  if (options.launcher) require_launcher(document);
  if (options.setup) {
    const auto folder = std::filesystem::absolute(document.file).parent_path();
    options.setup = (folder / *options.setup).lexically_normal().string();
  }
  if (const Entry* const entry = find_entry(document, kTable, "sbatch_args")) {
    for (const Element& element : list(*entry, "slurm.sbatch_args", R"(["--exclusive"])"))
      options.sbatch_args.push_back(read_line(element, "slurm.sbatch_args: an argument"));
  }
  return options;
}

SlurmOptions read_slurm_file(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return {};
  const Document document = read_document(read_text_file(path), path, {});
  for (const auto& [name, table] : document.tables) {
    if (name != kTable) refuse(table.place, "only the table [slurm] may stand here, not [" + name + "]");
  }
  require_known_names(document);
  return read_slurm(document);
}

SlurmOptions with_defaults(SlurmOptions options, const SlurmOptions& defaults) {
  for (const NumberKey& number : kNumbers) fill(options.*number.option, defaults.*number.option);
  for (const TextKey& text : kTexts) fill(options.*text.option, defaults.*text.option);
  options.sbatch_args.insert(options.sbatch_args.begin(), defaults.sbatch_args.begin(),
                             defaults.sbatch_args.end());
  return options;
}

}  // namespace headsweep::sweep
