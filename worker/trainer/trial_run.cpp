#include "worker/trainer/trial_run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <iostream>

#include <ATen/Functions.h>

#include "errors/check.h"
#include "errors/user_error.h"
#include "trial/key.h"
#include "trial/parameters.h"
#include "worker/trainer/build_info.h"
#include "worker/trainer/bundle_buffers.h"
#include "worker/trainer/checkpoints.h"
#include "worker/trainer/curve.h"
#include "worker/trainer/device.h"
#include "worker/trainer/model.h"
#include "worker/trainer/trial_measurement.h"

namespace headsweep::trainer {
namespace {

// Adds the time of its life to a sum.
class Stopwatch {
 public:
  explicit Stopwatch(double& sum) : sum_(sum) {}
  ~Stopwatch() { sum_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double& sum_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

std::vector<std::byte> to_bytes(const at::Tensor& tensor) {
  const at::Tensor on_cpu = tensor.cpu().contiguous();
  std::vector<std::byte> bytes(on_cpu.nbytes());
  std::memcpy(bytes.data(), on_cpu.const_data_ptr(), bytes.size());
  return bytes;
}

void from_bytes(const std::vector<std::byte>& bytes, const at::Tensor& into) {
  const at::Tensor on_cpu = at::empty(into.sizes(), into.options().device(at::kCPU));
  check(on_cpu.nbytes() == bytes.size(), "a checkpoint of that key and dtype has the trial's size");
  std::memcpy(on_cpu.mutable_data_ptr(), bytes.data(), bytes.size());
  into.copy_(on_cpu);
}

// Throws UserError where the tensors are not as large as the plan says.
std::int64_t counted_parameters(const protocol::Assignment& assignment, const at::Tensor& flat) {
  std::int64_t count = 0;
  for (const at::Tensor& tensor : parameter_views(assignment.settings.model, flat)) count += tensor.numel();
  if (count != assignment.parameters) {
    throw UserError("the model of trial " + std::to_string(assignment.trial) + " has " +
                    std::to_string(count) + " parameters, its plan says " +
                    std::to_string(assignment.parameters) +
                    "; plan and trainer must be of the same version of headsweep");
  }
  return count;
}

}  // namespace

void check_key(const protocol::Assignment& assignment) {
  if (assignment.key == trial::trial_key(assignment.settings)) return;
  throw UserError("the key of trial " + std::to_string(assignment.trial) + " is not that of its settings");
}

void send_error(const protocol::Assignment& assignment, const TrainingError& error, AgentSide& agent) {
  std::cerr << "trial " << assignment.trial << " attempt " << assignment.attempt << ": " << error.message
            << std::endl;
  agent.send(protocol::TrialError{assignment.attempt, error.reason, error.message});
}

TrialRun::TrialRun(protocol::Assignment assignment, std::filesystem::path store_folder,
                   const TrainerContext& context, TrialState state, AgentSide& agent)
    : assignment_(std::move(assignment)),
      store_folder_(std::move(store_folder)),
      context_(context),
      state_(std::move(state)),
      parameters_(counted_parameters(assignment_, state_.parameters)),
      step_choice_(choose_step(assignment_.settings, context)),
      numerics_(numerics_text(context, step_choice_.kind)),
      progress_(assignment_.attempt, agent) {
  if (const auto checkpoint = newest_checkpoint(store_folder_, assignment_.key, numerics_)) {
    resume(*checkpoint);
  } else {
    state_.parameters.copy_(initial_parameters(assignment_.settings, context_.dtype, context_.device));
  }
  progress_.begin_at(step_);
  std::cerr << "trial " << assignment_.trial << " attempt " << assignment_.attempt << ": "
            << (step_ > 0 ? "resumes" : "begins") << " at step " << step_ << " of "
            << assignment_.settings.training.steps << " on " << device_text(context_.device) << ", "
            << step_choice_.kind << " step" << (step_choice_.why.empty() ? "" : ": " + step_choice_.why)
            << std::endl;
}

void TrialRun::resume(const ModelFile& checkpoint) {
  from_bytes(checkpoint.parameters, state_.parameters);
  from_bytes(checkpoint.first_moments, state_.first_moments);
  from_bytes(checkpoint.second_moments, state_.second_moments);
  step_ = checkpoint.step;
  curve_ = checkpoint.curve;
  train_seconds_ = checkpoint.train_seconds;
  measure_seconds_ = checkpoint.measure_seconds;
}

std::int64_t TrialRun::updates_to_next_look() const {
  const trial::Settings& settings = assignment_.settings;
  const std::int64_t left = settings.training.steps - step_;
  const std::int64_t every = settings.measure.every;
  return every == 0 ? left : std::min(left, every - step_ % every);
}

void TrialRun::record(const BatchOutcome& outcome, double seconds) {
  ++step_;
  train_seconds_ += seconds;
  if (!std::isfinite(outcome.loss)) {
    throw Diverged("loss is " + std::string(std::isnan(outcome.loss) ? "NaN" : "infinite") + " at step " +
                   std::to_string(step_));
  }
  const trial::Settings& settings = assignment_.settings;
  if (is_curve_step(settings, step_))
    curve_.push_back({step_, outcome.loss, outcome.accuracy, outcome.diversity, {}});
  progress_.report(step_);
}

MeasurementWork TrialRun::measurement_work(const WhileMeasuring& look) {
  return {context_.threads, [this, &look] {
            progress_.report(step_);
            look();
          }};
}

// The last step's layers are those of the result; finish() puts them in.
void TrialRun::measure_if_due(const WhileMeasuring& look) {
  if (!is_measured_step(assignment_.settings, step_) || is_trained()) return;
  if (curve_.empty() || curve_.back().step != step_ || !curve_.back().layers.empty()) return;
  const Stopwatch stopwatch(measure_seconds_);
  curve_.back().layers =
      measure_along_the_way(assignment_.settings, state_.parameters, measurement_work(look));
}

ModelFile TrialRun::describe(ModelFile::Kind kind) const {
  ModelFile file;
  file.kind = kind;
  file.key = assignment_.key;
  file.settings = assignment_.settings;
  file.step = step_;
  file.numerics = numerics_;
  file.dtype = context_.dtype == at::kDouble ? ElementType::kFloat64 : ElementType::kFloat32;
  file.parameters = to_bytes(state_.parameters);
  return file;
}

bool TrialRun::save_checkpoint() {
  ModelFile file = describe(ModelFile::Kind::kCheckpoint);
  file.attempt = assignment_.attempt;
  file.train_seconds = train_seconds_;
  file.measure_seconds = measure_seconds_;
  file.first_moments = to_bytes(state_.first_moments);
  file.second_moments = to_bytes(state_.second_moments);
  file.curve = curve_;
  bool is_saved = true;
  progress_.report_writing(step_);
  try {
    trainer::save_checkpoint(store_folder_, file);
  } catch (const UserError& error) {
    std::cerr << "no checkpoint at step " << step_ << ": " << error.what() << std::endl;
    is_saved = false;
  }
  progress_.report(step_);
  return is_saved;
}

void TrialRun::keep_model(protocol::TrialResult& result) {
  progress_.report_writing(step_);
  result.model_file = "models/" + assignment_.key + ".hsm";
  result.model_sha256 =
      write_model_file(store_folder_ / result.model_file, describe(ModelFile::Kind::kModel));
}

protocol::TrialResult TrialRun::finish(const WhileMeasuring& look) {
  check(is_trained(), "a trial is measured when it is trained");
  if (!state_.parameters.isfinite().all().item<bool>()) {
    throw Diverged("weights are not finite after step " + std::to_string(step_));
  }
  const trial::Settings& settings = assignment_.settings;
  protocol::TrialResult result{};
  {
    const Stopwatch stopwatch(measure_seconds_);
    measure_trained(settings, state_.parameters, measurement_work(look), result);
  }
  if (is_measured_step(settings, step_) && !curve_.empty()) curve_.back().layers = result.layers;
  result.parameters = parameters_;
  result.steps = step_;
  result.steps_to_90 = steps_to_90(settings, curve_);
  result.train_seconds = train_seconds_;
  result.measure_seconds = measure_seconds_;
  const std::int64_t trained_sequences = step_ * settings.training.batch;
  result.tokens = trained_sequences * settings.model.length;
  result.flops = trial::training_flops_per_sequence(settings.model) * static_cast<double>(trained_sequences);
  result.step_kind = step_choice_.kind;
  result.device = device_text(context_.device);
  result.numerics = numerics_;
  result.build = build_text();
  result.curve = curve_;
  if (assignment_.keep_model) keep_model(result);
  return result;
}

}  // namespace headsweep::trainer
