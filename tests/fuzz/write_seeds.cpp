// Writes one input of every kind for each fuzz target: `write_seeds FOLDER`.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <span>
#include <string>

#include "protocol/frame.h"
#include "tests/protocol/sample_messages.h"
#include "tests/worker/trainer/write_state_dict.h"
#include "trial/key.h"
#include "trial/parameters.h"
#include "worker/trainer/model_file.h"
#include "worker/trainer/whole_file.h"

namespace {

using namespace headsweep;
using Bytes = std::span<const std::byte>;

// The targets' inputs begin with a byte that chooses (see there).
void write_seed(const std::filesystem::path& file, char choice, Bytes bytes) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream out(file, std::ios::binary);
  out.put(choice).write(reinterpret_cast<const char*>(bytes.data()), std::ssize(bytes));
}

void write_messages(const std::filesystem::path& folder) {
  int number = 0;
  for (const protocol::Message& message : protocol::sample_messages()) {
    const std::string name = std::to_string(++number);
    write_seed(folder / ("message_" + name), 1, protocol::encode(message));
    write_seed(folder / ("frame_" + name), 0, protocol::to_frame(message));
  }
}

trial::Settings small_settings() {
  trial::Settings settings;
  settings.model.vocabulary = 3;
  settings.model.length = 3;
  settings.model.width = 2;
  settings.model.layers = 1;
  settings.model.mlp_width = 2;
  return settings;
}

void write_checkpoint(const std::filesystem::path& folder) {
  trainer::ModelFile file;
  file.kind = trainer::ModelFile::Kind::kCheckpoint;
  file.settings = small_settings();
  file.key = trial::trial_key(file.settings);
  file.step = 7;
  file.numerics = "{}";
  const auto count = static_cast<std::size_t>(trial::count_parameters(file.settings.model).total());
  file.parameters.resize(count * sizeof(float));
  file.first_moments = file.second_moments = file.parameters;
  file.curve = {{1, 2.5, 0.5, 0.25, {}}};
  const std::filesystem::path path = folder / "written";
  trainer::write_model_file(path, file);
  const std::vector<std::byte> bytes = trainer::read_whole_file(path);
  std::filesystem::remove(path);
  write_seed(folder / "file", 0, bytes);
  // Length of the header, header, payload: without the prefix of 24 bytes and the hash of 64.
  std::vector<std::byte> content(bytes.begin() + 12, bytes.begin() + 14);
  content.insert(content.end(), bytes.begin() + 24, bytes.end() - 64);
  write_seed(folder / "content", 1, content);
}

void write_state_dict(const std::filesystem::path& folder) {
  const trial::ModelSettings model = small_settings().model;
  const std::vector<float> parameters(static_cast<std::size_t>(trial::count_parameters(model).total()));
  const auto entries = trainer::state_dict_entries(trainer::written_tensors(model, parameters));
  write_seed(folder / "archive", 0, trainer::write_stored_zip(entries));
  for (const auto& [name, content] : entries) {
    if (name.ends_with("data.pkl")) write_seed(folder / "pickle", 1, std::as_bytes(std::span(content)));
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::cerr << "write_seeds FOLDER\n";
    return 2;
  }
  const std::filesystem::path corpus = arguments[1];
  write_messages(corpus / "message");
  write_checkpoint(corpus / "checkpoint");
  write_state_dict(corpus / "state_dict");
}
