#include "worker/trainer/gang_training.h"

#include <chrono>
#include <cmath>
#include <iostream>
#include <memory>
#include <optional>

#include <ATen/Functions.h>

#include "errors/check.h"
#include "errors/user_error.h"
#include "protocol/log_files.h"
#include "trial/parameters.h"
#include "worker/gang/group.h"
#include "worker/gang/patient_wait.h"
#include "worker/trainer/bundle_buffers.h"
#include "worker/trainer/current_error.h"
#include "worker/trainer/curve.h"
#include "worker/trainer/device.h"
#include "worker/trainer/head_diversity.h"
#include "worker/trainer/partial_step.h"
#include "worker/trainer/progress_reporter.h"
#include "worker/trainer/redirected_output.h"
#include "worker/trainer/step_choice.h"
#include "worker/trainer/trial_run.h"

namespace headsweep::trainer {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Asked to stop before the first update.
struct StoppedWhileWaiting {};

// Asked to stop when all is trained.
struct StoppedWhileMeasuring {};

// The coordinator has given the attempt up.
class Abandoned : public gang::GroupLost {
 public:
  using GroupLost::GroupLost;
};

// What members tell each other with every update; each field becomes its sum over them.
struct Votes {
  PartOutcome outcome;
  double stop = 0;        // members that are asked to stop
  double checkpoint = 0;  // 1: member 0 writes a checkpoint after this update
};

TrainerContext gang_context(const protocol::TrainBundle& bundle, const TrainerContext& context) {
  check(bundle.bundle.size() == 1 && bundle.gang.has_value(), "a gang trains one trial");
  TrainerContext own = context;
  own.members = bundle.gang->members;
  return own;
}

class GangTraining {
 public:
  GangTraining(const protocol::TrainBundle& bundle, const TrainerContext& context, AgentSide& agent,
               CheckpointCost& cost)
      : bundle_(bundle),
        assignment_(bundle.bundle.front()),
        context_(gang_context(bundle, context)),
        agent_(agent),
        cost_(cost),
        progress_(assignment_.attempt, agent),
        buffers_(1, trial::count_parameters(settings().model).total(), context.dtype, context.device) {}

  // Returns once training has ended and this member's answer is given. Throws what went wrong.
  void run() {
    check_trial();
    meet();
    prepare();
    share_state();
    while (step_ < settings().training.steps) {
      const Votes votes = advance();
      if (votes.stop > 0) {
        group_->leave();
        return answer_stopped();
      }
      if (!std::isfinite(votes.outcome.loss)) break;
    }
    group_->leave();
    answer();
  }

  // Others are lost: what has been trained so far is kept.
  void keep() {
    const bool is_whole = own_run_ && own_run_->step() == step_;  // no update without its record
    if (is_whole) save_checkpoint();
  }

  // Whether all members have met: from then on a loss is not the trial's.
  [[nodiscard]] bool is_training() const { return is_training_; }

  void answer_stopped() {
    const bool is_saved = own_run_ && save_checkpoint();
    agent_.send(protocol::TrialStopped{assignment_.attempt, is_saved ? own_run_->step() : 0});
  }

 private:
  [[nodiscard]] const trial::Settings& settings() const { return assignment_.settings; }
  [[nodiscard]] bool leads() const { return bundle_.gang->member == 0; }

  void check_trial() const {
    check_key(assignment_);
    if (context_.members > settings().training.batch) {
      throw UserError("a batch of " + std::to_string(settings().training.batch) +
                      " sequences cannot be shared by " + std::to_string(context_.members) + " workers");
    }
  }

  // Signs of life and orders, while others are waited for.
  void while_waiting() {
    progress_.report(step_);
    if (agent_.stop_requested()) stop_ = true;
    if (stop_ && !is_training_) throw StoppedWhileWaiting{};
    if (const auto why = agent_.abandoned(assignment_.attempt)) throw Abandoned(*why);
  }

  void meet() {
    const gang::Membership membership{.id = assignment_.attempt,
                                      .member = bundle_.gang->member,
                                      .members = bundle_.gang->members,
                                      .one_host = bundle_.gang->one_host,
                                      .device = context_.device};
    const auto waiting = [this] { while_waiting(); };
    if (leads()) {
      group_ = std::make_unique<gang::Group>(membership, waiting);
      const gang::Address address = group_->address();
      agent_.send(protocol::GangAddress{assignment_.attempt, address.host, address.port});
    } else {
      const protocol::GangAddress leader = await_address(membership.deadlines.formation);
      group_ = std::make_unique<gang::Group>(membership, gang::Address{leader.host, leader.port}, waiting);
    }
  }

  protocol::GangAddress await_address(double seconds) {
    gang::PatientWait wait(seconds, [this] { while_waiting(); });
    while (true) {
      if (const auto address = agent_.gang_address(assignment_.attempt)) return *address;
      wait.once_more();
    }
  }

  // While the others are on their way.
  void prepare() {
    const RowRange rows = rows_of_member(settings(), bundle_.gang->member, bundle_.gang->members);
    if (leads()) {
      const TrialState state{buffers_.parameters[0], buffers_.first_moments[0], buffers_.second_moments[0]};
      own_run_ = std::make_unique<TrialRun>(assignment_, bundle_.store_folder, context_, state, agent_);
      step_ = own_run_->step();
    }
    part_ = make_chosen_part(settings(), buffers_, rows, context_);
    std::cerr << "trial " << assignment_.trial << " attempt " << assignment_.attempt << ": member "
              << bundle_.gang->member << " of a gang of " << bundle_.gang->members << " trains sequences "
              << rows.first << " to " << rows.first + rows.count - 1 << " of each batch" << std::endl;
  }

  // From here on all members have the same weights.
  void share_state() {
    group_->form(numerics_text(context_, choose_step(settings(), context_).kind));
    const at::Tensor step =
        at::full({1}, step_, at::TensorOptions().dtype(at::kLong).device(context_.device));
    group_->copy_from_leader(
        {step, buffers_.parameters[0], buffers_.first_moments[0], buffers_.second_moments[0]});
    step_ = step.item<std::int64_t>();
    progress_.begin_at(step_);
    is_training_ = true;
  }

  // One update by all members.
  Votes advance() {
    const Clock::time_point begin = Clock::now();
    if (agent_.stop_requested()) stop_ = true;
    Votes votes;
    votes.outcome = part_->differentiate(step_);
    votes.stop = stop_ ? 1 : 0;
    votes.checkpoint = leads() && is_checkpoint_due() ? 1 : 0;
    votes = add_up(votes);
    part_->update(step_);
    ++step_;
    if (votes.checkpoint > 0 || is_measured_step(settings(), step_)) group_->expect_pause();
    if (own_run_) {
      record(votes.outcome, seconds_since(begin));
      if (votes.checkpoint > 0) save_checkpoint();
    } else {
      progress_.report(step_);
    }
    return votes;
  }

  // Adds up the gradients too.
  Votes add_up(const Votes& own) {
    const PartOutcome& part = own.outcome;
    const at::Tensor sums =
        at::tensor({part.loss, part.correct, part.positions, part.diversity, own.stop, own.checkpoint},
                   at::kDouble)
            .to(context_.device);
    group_->add_up({buffers_.gradients[0], sums});
    const at::Tensor on_cpu = sums.cpu();
    const auto* const sum = on_cpu.const_data_ptr<double>();
    return {.outcome = {sum[0], sum[1], sum[2], sum[3]}, .stop = sum[4], .checkpoint = sum[5]};
  }

  // Throws Diverged; all see that, so first all leave.
  void record(const PartOutcome& sums, double seconds) {
    if (!std::isfinite(sums.loss)) group_->leave();
    BatchOutcome outcome{.loss = sums.loss / sums.positions,
                         .accuracy = sums.correct / sums.positions,
                         .diversity = std::nullopt};
    if (penalty_of(settings()) != Penalty::kNone) {
      outcome.diversity = sums.diversity / static_cast<double>(settings().training.batch);
    }
    own_run_->record(outcome, seconds + std::exchange(checkpoint_seconds_, 0));
    // Heard here, agreed on with the next update.
    own_run_->measure_if_due([this] { stop_ = stop_ || agent_.stop_requested(); });
  }

  [[nodiscard]] bool is_checkpoint_due() const {
    return seconds_since(last_checkpoint_) >= cost_.interval(bundle_.checkpoint_every_seconds, 1);
  }

  bool save_checkpoint() {
    if (own_run_->step() == 0) return false;
    const Clock::time_point begin = Clock::now();
    const bool is_saved = own_run_->save_checkpoint();
    last_checkpoint_ = Clock::now();  // also where it failed: the next one is tried when it is due
    const double seconds = seconds_since(begin);
    cost_.wrote(seconds, 1);
    checkpoint_seconds_ += seconds;
    return is_saved;
  }

  // The others are free by now: a stop while member 0 measures concerns it alone.
  void answer() {
    if (!own_run_) return agent_.send(protocol::MemberDone{assignment_.attempt});
    const auto stop_if_asked = [this] {
      if (stop_ || agent_.stop_requested()) throw StoppedWhileMeasuring{};
    };
    try {
      agent_.send(protocol::TrialDone{assignment_.attempt, own_run_->finish(stop_if_asked)});
    } catch (const StoppedWhileMeasuring&) {
      answer_stopped();
    }
  }

  const protocol::TrainBundle& bundle_;
  const protocol::Assignment& assignment_;
  TrainerContext context_;
  AgentSide& agent_;
  CheckpointCost& cost_;
  ProgressReporter progress_;
  BundleBuffers buffers_;
  std::unique_ptr<gang::Group> group_;
  std::unique_ptr<TrialRun> own_run_;  // of member 0
  std::unique_ptr<PartialStep> part_;
  std::int64_t step_ = 0;     // updates done
  bool is_training_ = false;  // all members are here
  bool stop_ = false;         // asked to
  Clock::time_point last_checkpoint_ = Clock::now();
  double checkpoint_seconds_ = 0;  // not yet counted as training time
};

void train_logged(const protocol::TrainBundle& bundle, const TrainerContext& context, AgentSide& agent,
                  CheckpointCost& cost) {
  const protocol::Assignment& assignment = bundle.bundle.front();
  std::optional<GangTraining> training;
  try {
    training.emplace(bundle, context, agent, cost);
    training->run();
  } catch (const StoppedWhileWaiting&) {
    training->answer_stopped();
  } catch (const Abandoned& abandoned) {
    training->keep();
    send_error(assignment, {protocol::EndReason::kGangLost, abandoned.what()}, agent);
  } catch (const gang::GroupLost& lost) {
    training->keep();
    // Members that never reach each other would be tried for ever.
    training->is_training() ? send_error(assignment, {protocol::EndReason::kGangLost, lost.what()}, agent)
                            : send_error(assignment,
                                         {protocol::EndReason::kError,
                                          std::string("the workers of the gang do not meet: ") + lost.what()},
                                         agent);
  } catch (const std::exception&) {
    send_error(assignment, current_error(), agent);
  }
}

}  // namespace

void train_gang(const protocol::TrainBundle& bundle, const TrainerContext& context, AgentSide& agent,
                CheckpointCost& cost) {
  const protocol::Assignment& assignment = bundle.bundle.front();
  try {
    // The trial's log is that of member 0; the others write to those of their workers.
    std::optional<RedirectedOutput> log;
    if (bundle.gang->member == 0) log.emplace(protocol::trial_log(bundle.store_folder, assignment.trial));
    train_logged(bundle, context, agent, cost);
  } catch (const UserError&) {  // no log
    send_error(assignment, current_error(), agent);
  }
}

}  // namespace headsweep::trainer
