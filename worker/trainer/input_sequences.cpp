#include "worker/trainer/input_sequences.h"

#include <algorithm>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "errors/check.h"
#include "errors/user_error.h"
#include "tasks/task.h"
#include "trial/task_shape.h"
#include "worker/trainer/whole_file.h"

namespace headsweep::trainer {
namespace {

using Json = nlohmann::json;

// Appends the ids of list `name`: `count` rows of `length`. `may_be_null`: null stands for no loss.
void append_ids(const Json& rows, const std::string& name, const trial::ModelSettings& model,
                bool may_be_null, std::vector<std::int64_t>& ids) {
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::string place = name + "[" + std::to_string(row) + "]";
    if (!rows[row].is_array() || rows[row].size() != static_cast<std::size_t>(model.length)) {
      throw UserError(place + " is not a list of " + std::to_string(model.length) +
                      " ids, the model's length");
    }
    for (const Json& id : rows[row]) {
      if (may_be_null && id.is_null()) {
        ids.push_back(tasks::kNoLoss);
      } else if (id.is_number_integer() && id >= 0 && id < model.vocabulary) {
        ids.push_back(id.get<std::int64_t>());
      } else {
        throw UserError(place + " holds " + id.dump() + "; ids are integers from 0 to " +
                        std::to_string(model.vocabulary - 1));
      }
    }
  }
}

// Fills sequences.targets from the tokens, or with no loss where they do not follow from them.
void derive_targets(const trial::Settings& settings, Sequences& sequences) {
  const tasks::Task* const task = tasks::find_task(settings.training.task);
  check(task != nullptr, "checked settings name a known task");
  sequences.targets.assign(sequences.tokens.size(), tasks::kNoLoss);
  const auto length = sequences.length;
  std::vector<std::int32_t> targets(static_cast<std::size_t>(length));
  for (std::int64_t row = 0; row < sequences.count; ++row) {
    const auto first = sequences.tokens.begin() + row * length;
    const std::vector<std::int32_t> tokens(first, first + length);
    if (!task->targets_of(trial::task_shape(settings), tokens, targets)) return;
    std::ranges::copy(targets, sequences.targets.begin() + row * length);
  }
}

Sequences read_object(const Json& object, const trial::Settings& settings) {
  const trial::ModelSettings& model = settings.model;
  if (!object.is_object() || !object.contains("tokens")) throw UserError("it is no object with `tokens`");
  const Json& tokens = object.at("tokens");
  if (!tokens.is_array() || tokens.empty()) throw UserError("`tokens` is no list of sequences");
  Sequences sequences{static_cast<std::int64_t>(tokens.size()), model.length, {}, {}};
  append_ids(tokens, "tokens", model, false, sequences.tokens);
  if (!object.contains("targets")) {
    derive_targets(settings, sequences);
    return sequences;
  }
  const Json& targets = object.at("targets");
  if (!targets.is_array() || targets.size() != tokens.size()) {
    throw UserError("`targets` is no list of as many sequences as `tokens`");
  }
  append_ids(targets, "targets", model, true, sequences.targets);
  return sequences;
}

}  // namespace

Sequences read_input_sequences(const std::filesystem::path& path, const trial::Settings& settings) {
  const std::vector<std::byte> bytes = read_whole_file(path);
  const auto* const text = reinterpret_cast<const char*>(bytes.data());
  try {
    return read_object(Json::parse(text, text + bytes.size()), settings);
  } catch (const Json::parse_error& error) {
    throw UserError("inputs '" + path.string() + "': not JSON at byte " + std::to_string(error.byte));
  } catch (const Json::out_of_range&) {
    throw UserError("inputs '" + path.string() + "': a number in it is out of range");
  } catch (const UserError& error) {
    throw UserError("inputs '" + path.string() + "': " + error.what());
  }
}

}  // namespace headsweep::trainer
