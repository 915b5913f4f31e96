// The log of a run: STORE.d/logs/run.log, for whoever asks later what happened and when.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "orchestrator/run_observer.h"

namespace spdlog {
class logger;
}

namespace headsweep::cli {

class RunLog final : public orchestrator::RunObserver {
 public:
  // Appends to `file`, making its folder. `level`: debug (every attempt) | info | warn | error. Throws UserError if
  // the file cannot be written.
  RunLog(const std::filesystem::path& file, const std::string& level);
  ~RunLog() override;

  void on_progress(const orchestrator::Progress& progress) override;
  void on_record(const results::Record& record) override;
  void say(const std::string& line);

 private:
  std::shared_ptr<spdlog::logger> log_;
  orchestrator::Progress last_;
};

}  // namespace headsweep::cli
