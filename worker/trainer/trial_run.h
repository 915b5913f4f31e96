// One trial in training: where it stands, its checkpoints, and at the end its result.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "protocol/messages.h"
#include "worker/trainer/current_error.h"
#include "worker/trainer/measurement.h"
#include "worker/trainer/model_file.h"
#include "worker/trainer/progress_reporter.h"
#include "worker/trainer/step_choice.h"
#include "worker/trainer/trainer_context.h"
#include "worker/trainer/training_step.h"

namespace headsweep::trainer {

// The weights or the loss of a trial are no numbers any more.
class Diverged : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The rows of a bundle's buffers that are one trial's, each [P].
struct TrialState {
  at::Tensor parameters;
  at::Tensor first_moments;
  at::Tensor second_moments;
};

// Throws UserError where the key of a trial is not that of its settings.
void check_key(const protocol::Assignment& assignment);

// Says in the log and to the agent how an attempt failed.
void send_error(const protocol::Assignment& assignment, const TrainingError& error, AgentSide& agent);

class TrialRun {
 public:
  // Fills `state` from the newest valid checkpoint of equal numerics, else with initial weights. `agent`
  // outlives it. Throws UserError where the model has other parameters than the assignment says.
  TrialRun(protocol::Assignment assignment, std::filesystem::path store_folder, const TrainerContext& context,
           TrialState state, AgentSide& agent);

  [[nodiscard]] const protocol::Assignment& assignment() const { return assignment_; }
  [[nodiscard]] std::int64_t step() const { return step_; }  // updates done
  [[nodiscard]] bool is_trained() const { return step_ == assignment_.settings.training.steps; }

  // From here to the next update after which the layers are measured, or to the last; at least 1 before the end.
  [[nodiscard]] std::int64_t updates_to_next_look() const;

  // After update number step(), which took `seconds`: counts it, continues the curve. Throws Diverged.
  void record(const BatchOutcome& outcome, double seconds);

  // Called every now and then by what measures, on the caller's thread. What it throws ends the measurement, and the trial is
  // as it was before.
  using WhileMeasuring = std::function<void()>;

  // Measures the layers where the settings ask for it after this update and that is not done yet; before the next update.
  void measure_if_due(const WhileMeasuring& look);

  // Writes a checkpoint, and tells the agent: a bundle of many trials takes its time. False where it cannot be written,
  // which costs time after a loss, not the trial: it is said in the log.
  bool save_checkpoint();

  // Measures the trained model, keeps its weights if asked to. Throws Diverged, CannotWrite, UserError.
  protocol::TrialResult finish(const WhileMeasuring& look);

 private:
  void resume(const ModelFile& checkpoint);
  MeasurementWork measurement_work(const WhileMeasuring& look);
  void keep_model(protocol::TrialResult& result);
  [[nodiscard]] ModelFile describe(ModelFile::Kind kind) const;

  protocol::Assignment assignment_;
  std::filesystem::path store_folder_;
  TrainerContext context_;
  TrialState state_;
  std::int64_t parameters_;  // counted on the tensors
  StepChoice step_choice_;
  std::string numerics_;
  ProgressReporter progress_;
  std::int64_t step_ = 0;
  double train_seconds_ = 0;
  double measure_seconds_ = 0;
  std::vector<protocol::CurvePoint> curve_;
};

}  // namespace headsweep::trainer
