#include "worker/trainer/checkpoints.h"

#include <algorithm>
#include <charconv>
#include <iostream>
#include <utility>
#include <vector>

#include "errors/user_error.h"
#include "worker/trainer/whole_file.h"

namespace headsweep::trainer {
namespace {

constexpr std::string_view kSuffix = ".ckpt";

std::filesystem::path folder_of(const std::filesystem::path& store_folder) {
  return store_folder / "checkpoints";
}

// The step in "<key>.<step>.ckpt", or nothing if the name is not of that form.
std::optional<std::int64_t> step_of(const std::string& name, const std::string& key) {
  if (!name.starts_with(key + ".") || !name.ends_with(kSuffix)) return std::nullopt;
  const char* const first = name.data() + key.size() + 1;
  const char* const last = name.data() + name.size() - kSuffix.size();
  std::int64_t step = 0;
  const auto [end, error] = std::from_chars(first, std::max(first, last), step);
  if (error != std::errc{} || end != last) return std::nullopt;
  return step;
}

// Steps and files of one trial, newest first.
std::vector<std::pair<std::int64_t, std::filesystem::path>> files_of(
    const std::filesystem::path& store_folder, const std::string& key) {
  std::vector<std::pair<std::int64_t, std::filesystem::path>> files;
  std::error_code error;  // no folder: no checkpoints
  for (const auto& entry : std::filesystem::directory_iterator(folder_of(store_folder), error)) {
    if (const auto step = step_of(entry.path().filename().string(), key)) {
      files.emplace_back(*step, entry.path());
    }
  }
  std::ranges::sort(files, std::greater<>{});
  return files;
}

// What a trainer that was killed while it wrote one left behind.
void remove_unfinished(const std::filesystem::path& store_folder, const std::string& key) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder_of(store_folder), error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(key + ".") && name.ends_with(kTemporarySuffix))
      std::filesystem::remove(entry.path(), error);
  }
}

void remove_from(const std::filesystem::path& store_folder, const std::string& key, std::size_t first) {
  const auto files = files_of(store_folder, key);
  std::error_code error;  // one that stays behind takes room and does no harm
  for (std::size_t i = first; i < files.size(); ++i) std::filesystem::remove(files[i].second, error);
}

}  // namespace

void save_checkpoint(const std::filesystem::path& store_folder, const ModelFile& checkpoint) {
  const std::string name = checkpoint.key + "." + std::to_string(checkpoint.step) + std::string(kSuffix);
  write_model_file(folder_of(store_folder) / name, checkpoint);
  remove_from(store_folder, checkpoint.key, kCheckpointsKept);
}

std::optional<ModelFile> newest_checkpoint(const std::filesystem::path& store_folder, const std::string& key,
                                           const std::string& numerics) {
  remove_unfinished(store_folder, key);
  for (const auto& [step, path] : files_of(store_folder, key)) {
    try {
      ModelFile file = read_model_file(path);
      const bool is_of_trial =
          file.kind == ModelFile::Kind::kCheckpoint && file.key == key && file.step == step;
      if (is_of_trial && file.numerics == numerics) return file;
      std::cerr << "checkpoint '" << path.string() << "' is not used: "
                << (is_of_trial ? "other numerics, " + file.numerics : "it is of another trial or step")
                << std::endl;
    } catch (const UserError& error) {
      std::cerr << "checkpoint is not used: " << error.what() << std::endl;
    } catch (const std::bad_alloc&) {
      std::cerr << "checkpoint '" << path.string() << "' is not used: it does not fit into memory"
                << std::endl;
    }
  }
  return std::nullopt;
}

void remove_checkpoints(const std::filesystem::path& store_folder, const std::string& key) {
  remove_from(store_folder, key, 0);
}

}  // namespace headsweep::trainer
