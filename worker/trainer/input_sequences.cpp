#include "worker/trainer/input_sequences.h"

#include <string>

#include <nlohmann/json.hpp>

#include "errors/user_error.h"
#include "tasks/task.h"
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

Sequences read_object(const Json& object, const trial::ModelSettings& model) {
  if (!object.is_object() || !object.contains("tokens")) throw UserError("it is no object with `tokens`");
  const Json& tokens = object.at("tokens");
  if (!tokens.is_array() || tokens.empty()) throw UserError("`tokens` is no list of sequences");
  Sequences sequences{static_cast<std::int64_t>(tokens.size()), model.length, {}, {}};
  append_ids(tokens, "tokens", model, false, sequences.tokens);
  if (!object.contains("targets")) {
    sequences.targets.assign(sequences.tokens.size(), tasks::kNoLoss);
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

Sequences read_input_sequences(const std::filesystem::path& path, const trial::ModelSettings& model) {
  const std::vector<std::byte> bytes = read_whole_file(path);
  const auto* const text = reinterpret_cast<const char*>(bytes.data());
  try {
    return read_object(Json::parse(text, text + bytes.size()), model);
  } catch (const Json::exception& error) {
    throw UserError("inputs '" + path.string() + "': " + error.what());
  } catch (const UserError& error) {
    throw UserError("inputs '" + path.string() + "': " + error.what());
  }
}

}  // namespace headsweep::trainer
