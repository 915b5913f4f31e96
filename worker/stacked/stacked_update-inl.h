// StackedUpdate for any runtime: which programs make an update, and in which order. Included by host_update.cpp and
// cuda_update.cu, each with the runtime of its own.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "errors/check.h"
#include "tasks/task.h"
#include "trial/dropout_rule.h"
#include "trial/task_shape.h"
#include "worker/stacked/attention_widths.h"
#include "worker/stacked/begin_update.h"
#include "worker/stacked/cross_entropy.h"
#include "worker/stacked/draw_samples.h"
#include "worker/stacked/dropout_bits.h"
#include "worker/stacked/embedding.h"
#include "worker/stacked/finish_update.h"
#include "worker/stacked/linear.h"
#include "worker/stacked/pack_weights.h"
#include "worker/stacked/rms_norm.h"
#include "worker/stacked/stack_memory.h"
#include "worker/stacked/stack_plan.h"
#include "worker/stacked/stacked_support.h"
#include "worker/stacked/stacked_update.h"
#include "worker/stacked/visible_bits.h"
#include "worker/stacked/weight_gradient.h"

namespace headsweep::stacked {

template <class Runtime>
class StackedUpdateOn final : public StackedUpdate {
 public:
  StackedUpdateOn(const std::vector<trial::Settings>& settings, const StackBuffers& buffers,
                  const StackOptions& options)
      : stack_(static_cast<int>(settings.size())),
        options_(options),
        plan_(settings.front()),
        parameters_{buffers.parameters, buffers.stride},
        gradients_{buffers.gradients, buffers.stride},
        first_moments_{buffers.first_moments, buffers.stride},
        second_moments_{buffers.second_moments, buffers.stride},
        memory_(plan_, most_heads(settings), settings.size()),
        host_rows_(settings.size()),
        rows_(1, stack_),
        states_(1, stack_),
        active_(1, stack_),
        packed_tensors_(1, std::ssize(plan_.packed_tensors)),
        pack_tiles_(1, std::ssize(plan_.pack_tiles)),
        gained_maps_(1, std::ssize(plan_.gained_maps)),
        drawn_tasks_(1, stack_),
        drawing_(1, stack_),
        tokens_(settings.size()),
        targets_(settings.size()) {
    upload(packed_tensors_, plan_.packed_tensors);
    upload(pack_tiles_, plan_.pack_tiles);
    upload(gained_maps_, plan_.gained_maps);
    for (std::size_t trial = 0; trial < settings.size(); ++trial) describe(trial, settings[trial]);
  }

  void keep_samples(std::size_t trial, std::span<const std::int32_t> tokens,
                    std::span<const std::int32_t> targets) override {
    check(tokens.size() == targets.size() && !tokens.empty(), "a target for every token");
    make_sample_room(trial, std::ssize(tokens));
    host_rows_[trial].keeps_samples = true;
    upload(rows_, host_rows_);
    runtime_.upload(tokens_[trial].get().base, tokens.data(), tokens.size());
    runtime_.upload(targets_[trial].get().base, targets.data(), targets.size());
  }

  std::vector<TrialOutcome> run(std::int64_t step, std::int64_t updates, std::span<const std::size_t> active,
                                std::span<const std::uint64_t> sample_of) override {
    for (const std::size_t trial : active) check(is_stackable_[trial], "the stacked step trains what it can");
    const auto outcomes_size = static_cast<std::size_t>(updates) * host_rows_.size();
    check(sample_of.size() == outcomes_size * static_cast<std::size_t>(plan_.batch),
          "samples of every batch");
    make_room(updates);
    make_room_for_drawing(updates, active);
    runtime_.upload(sample_of_.get().base, sample_of.data(), sample_of.size());
    TrialState before{};
    before.step = step;
    const std::vector<TrialState> states(host_rows_.size(), before);
    upload(states_, states);
    const std::vector<std::int32_t> order = by_head_shape(active);
    runtime_.upload(active_.get().base, order.data(), order.size());
    draw_samples(updates, order);
    std::vector<std::int64_t> key(order.begin(), order.end());
    key.push_back(room_);
    runtime_.repeat(key, updates, [&] { launch_update(order); });
    std::vector<TrialOutcome> outcomes(outcomes_size);
    runtime_.download(outcomes.data(), outcomes_.get().base, outcomes.size());
    runtime_.finish();
    return outcomes;
  }

 private:
  template <class T>
  using Buffer = typename Runtime::template Buffer<T>;

  // Trials of one launch: active_[first .. first + count - 1].
  struct Wave {
    int first;
    int count;
  };

  static std::int64_t most_heads(const std::vector<trial::Settings>& settings) {
    std::int64_t heads = 0;
    for (const trial::Settings& own : settings) heads = std::max(heads, own.model.heads);
    return heads;
  }

  template <class T>
  void upload(Buffer<T>& to, const std::vector<T>& from) {
    runtime_.upload(to.get().base, from.data(), from.size());
  }

  void describe(std::size_t trial, const trial::Settings& settings) {
    const trial::DropoutRule rule = trial::dropout_rule(settings.model.dropout);
    head_shapes_.push_back(head_shape(settings.model));
    const VisibleBits visible = visible_bits(settings);
    visible_.emplace_back(1, std::ssize(visible.bits));
    upload(visible_.back(), visible.bits);
    const tasks::Task* const task = tasks::find_task(settings.training.task);
    check(task != nullptr, "checked settings name a known task");
    const tasks::TaskShape shape = trial::task_shape(settings);
    host_tasks_.push_back({task->sampler(), shape, tasks::ids_needed(task->sampler(), shape)});
    sample_room_.push_back(0);
    is_stackable_.push_back(!why_not_stacked(settings));
    host_rows_[trial] = {settings.seed,
                         rule.threshold,
                         static_cast<float>(rule.scale),
                         settings.training.learning_rate,
                         nullptr,
                         nullptr,
                         /*keeps_samples=*/false,
                         visible.bits.empty() ? nullptr : visible_.back().get().base,
                         visible.stride};
    upload(rows_, host_rows_);
  }

  void make_room(std::int64_t updates) {
    if (updates <= room_) return;
    room_ = updates;
    sample_of_ = Buffer<std::uint64_t>(1, updates * stack_ * plan_.batch);
    outcomes_ = Buffer<TrialOutcome>(1, updates * stack_);
  }

  // Of tokens and targets.
  void make_sample_room(std::size_t trial, std::int64_t count) {
    if (count <= sample_room_[trial]) return;
    tokens_[trial] = Buffer<std::int32_t>(1, count);
    targets_[trial] = Buffer<std::int32_t>(1, count);
    sample_room_[trial] = count;
    host_rows_[trial].tokens = tokens_[trial].get().base;
    host_rows_[trial].targets = targets_[trial].get().base;
  }

  [[nodiscard]] int drawing_blocks(std::int64_t updates) const {
    const std::int64_t samples = updates * plan_.batch;
    return static_cast<int>(std::min<std::int64_t>(
        DrawSamples::kMostBlocks, (samples + DrawSamples::kThreads - 1) / DrawSamples::kThreads));
  }

  void make_room_for_drawing(std::int64_t updates, std::span<const std::size_t> active) {
    if (updates <= drawing_room_ ||
        std::ranges::all_of(active, [&](std::size_t trial) { return host_rows_[trial].keeps_samples; })) {
      return;
    }
    drawing_room_ = updates;
    std::int64_t most_ids = 0;
    for (std::size_t trial = 0; trial < host_rows_.size(); ++trial) {
      if (host_rows_[trial].keeps_samples) continue;
      make_sample_room(trial, updates * plan_.rows);
      most_ids = std::max(most_ids, host_tasks_[trial].ids);
    }
    upload(rows_, host_rows_);
    upload(drawn_tasks_, host_tasks_);
    ids_ =
        Buffer<std::int32_t>(host_rows_.size(), drawing_blocks(updates) * DrawSamples::kThreads * most_ids);
  }

  // Those of the run, of the trials that do not keep theirs.
  void draw_samples(std::int64_t updates, const std::vector<std::int32_t>& order) {
    std::vector<std::int32_t> drawing;
    std::ranges::copy_if(order, std::back_inserter(drawing), [&](std::int32_t trial) {
      return !host_rows_[static_cast<std::size_t>(trial)].keeps_samples;
    });
    if (drawing.empty()) return;
    runtime_.upload(drawing_.get().base, drawing.data(), drawing.size());
    const int blocks = drawing_blocks(updates);
    launch(DrawSamples{{rows_.get().base, states_.get().base, drawing_.get().base},
                       drawn_tasks_.get().base,
                       sample_of_.get().base,
                       stack_,
                       plan_.batch,
                       plan_.length,
                       static_cast<int>(updates) * plan_.batch,
                       blocks,
                       ids_.get()},
           {blocks, 1, static_cast<int>(drawing.size())});
  }

  // So that trials of equal head shapes stand together; any order would do.
  [[nodiscard]] std::vector<std::int32_t> by_head_shape(std::span<const std::size_t> active) const {
    std::vector<std::int32_t> order(active.begin(), active.end());
    std::ranges::stable_sort(order, {}, [&](std::int32_t trial) { return shape_key(trial); });
    return order;
  }
  [[nodiscard]] std::tuple<int, int> shape_key(std::int32_t trial) const {
    const HeadShape& shape = head_shapes_[static_cast<std::size_t>(trial)];
    return {shape.heads, shape.tied};
  }

  [[nodiscard]] Trials trials(const Wave& wave) {
    return {rows_.get().base, states_.get().base, active_.get().base + wave.first};
  }

  template <class Program>
  void launch(const Program& program, Grid grid, std::size_t shared_bytes = 0) {
    runtime_.launch(program, grid, shared_bytes);
  }

  void launch_update(const std::vector<std::int32_t>& order) {
    const int count = static_cast<int>(order.size());
    for (int first = 0; first < count; first += options_.trials_at_once) {
      const Wave wave{first, std::min(options_.trials_at_once, count - first)};
      begin(wave);
      forward(wave, order);
      backward(wave, order);
      finish(wave);
    }
  }

  void begin(const Wave& wave) {
    launch(BeginUpdate{trials(wave), stack_, plan_.batch, plan_.length, sample_of_.get().base,
                       memory_.tokens.get(), memory_.targets.get()},
           {1, 1, wave.count}, BeginUpdate::kThreads * sizeof(int));
    launch(PackWeights{trials(wave), packed_tensors_.get().base, pack_tiles_.get().base, read(parameters_),
                       memory_.packed.get()},
           {static_cast<int>(plan_.pack_tiles.size()), 1, wave.count},
           PackWeights::kSide * (PackWeights::kSide + 1) * sizeof(float));
    const int bytes = StackMemory<Runtime>::mlp_keep_bytes(plan_);
    launch(MlpDropoutBits{trials(wave), bytes, memory_.mlp_keep.get()},
           {divide_up(bytes, MlpDropoutBits::kThreads), static_cast<int>(plan_.layers.size()), wave.count});
  }

  void forward(const Wave& wave, const std::vector<std::int32_t>& order) {
    launch(Embed{trials(wave), read(memory_.tokens.get()), read(parameters_),
                 read(parameters_.from(plan_.position_embedding)), plan_.rows, plan_.length, plan_.width,
                 memory_.x.get()},
           {divide_up(plan_.rows * plan_.width, 4 * Embed::kThreads), 1, wave.count});
    for (std::size_t layer = 0; layer < plan_.layers.size(); ++layer) {
      const LayerPlan& own = plan_.layers[layer];
      LayerMemory<Runtime>& memory = memory_.layers[layer];
      norm(wave, memory.attention_normed.get(), memory.attention_inverse_rms.get());
      apply<After::kBias>(wave, own.projection, memory.attention_normed.get(), memory.projected.get());
      attend<AttentionForward>(wave, order, layer, memory, [&](auto& program) {
        program.attended = memory.attended.get();
        program.log_denominators = memory.log_denominators.get();
      });
      apply<After::kBiasAdd>(wave, own.output, memory.attended.get(), memory_.x.get());
      norm(wave, memory.mlp_normed.get(), memory.mlp_inverse_rms.get());
      apply<After::kBiasRelu>(wave, own.mlp_in, memory.mlp_normed.get(), memory.hidden.get());
      apply<After::kBiasDropAdd>(wave, own.mlp_out, memory.hidden.get(), memory_.x.get(), keep_of(layer));
    }
    apply<After::kBias>(wave, plan_.logits, memory_.x.get(), memory_.logits.get());
    launch(CrossEntropy{trials(wave), read(memory_.targets.get()), plan_.rows, plan_.vocabulary,
                        plan_.logits.out_columns, memory_.logits.get(), memory_.row_outcomes.get()},
           {divide_up(plan_.rows, CrossEntropy::kRows), 1, wave.count});
  }

  void backward(const Wave& wave, const std::vector<std::int32_t>& order) {
    differentiate<After::kNothing>(wave, plan_.logits, memory_.x.get(), memory_.logits.get(),
                                   memory_.d_x.get());
    launch(DropGradient{trials(wave), read(memory_.d_x.get()), plan_.rows * plan_.width,
                        keep_of(plan_.layers.size() - 1), memory_.layers.back().dropped.get()},
           {divide_up(plan_.rows * plan_.width, 4 * DropGradient::kThreads), 1, wave.count});
    for (std::size_t layer = plan_.layers.size(); layer-- > 0;) {
      mlp_backward(wave, layer);
      attention_backward(wave, order, layer);
    }
    launch(PositionGradient{trials(wave), read(memory_.d_x.get()), plan_.batch, plan_.length * plan_.width,
                            gradients_.from(plan_.position_embedding)},
           {divide_up(plan_.length * plan_.width, PositionGradient::kThreads), 1, wave.count});
    launch(TokenGradient{trials(wave), read(memory_.tokens.get()), read(memory_.d_x.get()), plan_.rows,
                         plan_.vocabulary, plan_.width, gradients_},
           {divide_up(plan_.vocabulary, TokenGradient::kTokens),
            divide_up(plan_.width, TokenGradient::kColumns), wave.count});
    runtime_.join_branches(0, Runtime::kBranches);
  }

  void mlp_backward(const Wave& wave, std::size_t layer) {
    const LayerPlan& own = plan_.layers[layer];
    LayerMemory<Runtime>& memory = memory_.layers[layer];
    differentiate<After::kGate>(wave, own.mlp_out, memory.hidden.get(), memory.dropped.get(),
                                memory.d_hidden.get());
    differentiate<After::kNothing>(wave, own.mlp_in, memory.mlp_normed.get(), memory.d_hidden.get(),
                                   memory_.d_normed.get());
    launch_norm_backward(wave, RmsNormBackward{.trials = trials(wave),
                                               .d_normed = read(memory_.d_normed.get()),
                                               .normed = read(memory.mlp_normed.get()),
                                               .inverse_rms = read(memory.mlp_inverse_rms.get()),
                                               .gain = read(parameters_.from(own.mlp_gain)),
                                               .rows = plan_.rows,
                                               .width = plan_.width,
                                               .d_out = read(memory_.d_x.get()),
                                               .d_x = memory.d_middle.get(),
                                               .keep = {},
                                               .dropped = {}});
  }

  void attention_backward(const Wave& wave, const std::vector<std::int32_t>& order, std::size_t layer) {
    const LayerPlan& own = plan_.layers[layer];
    LayerMemory<Runtime>& memory = memory_.layers[layer];
    differentiate<After::kNothing>(wave, own.output, memory.attended.get(), memory.d_middle.get(),
                                   memory_.d_attended.get());
    attend<AttentionBackward>(wave, order, layer, memory, [&](auto& program) {
      program.attended = read(memory.attended.get());
      program.log_denominators = read(memory.log_denominators.get());
      program.d_attended = read(memory_.d_attended.get());
      program.d_projected = memory.d_projected.get();
    });
    differentiate<After::kNothing>(wave, own.projection, memory.attention_normed.get(),
                                   memory.d_projected.get(), memory_.d_normed.get());
    const bool has_below = layer > 0;
    launch_norm_backward(
        wave,
        RmsNormBackward{.trials = trials(wave),
                        .d_normed = read(memory_.d_normed.get()),
                        .normed = read(memory.attention_normed.get()),
                        .inverse_rms = read(memory.attention_inverse_rms.get()),
                        .gain = read(parameters_.from(own.attention_gain)),
                        .rows = plan_.rows,
                        .width = plan_.width,
                        .d_out = read(memory.d_middle.get()),
                        .d_x = memory_.d_x.get(),
                        .keep = has_below ? keep_of(layer - 1) : PerTrial<const std::uint8_t>{},
                        .dropped = has_below ? memory_.layers[layer - 1].dropped.get() : PerTrial<float>{}});
  }

  void finish(const Wave& wave) {
    const PerTrial<const float> chunks = read(memory_.chunks.get());
    const auto blocks = [](std::int64_t elements, int threads) {
      return static_cast<int>((elements + threads - 1) / threads);
    };
    launch(SumChunks{trials(wave), plan_.behind_embeddings, plan_.parameters, chunks, plan_.parameters,
                     gradients_},
           {blocks(plan_.parameters - plan_.behind_embeddings, SumChunks::kThreads), 1, wave.count});
    launch(GainGradient{trials(wave), gained_maps_.get().base, read(parameters_), gradients_},
           {divide_up(plan_.width, GainGradient::kColumns), static_cast<int>(plan_.gained_maps.size()),
            wave.count},
           GainGradient::kThreads * sizeof(float));
    launch(
        Adam{trials(wave), plan_.parameters, read(gradients_), parameters_, first_moments_, second_moments_},
        {blocks(plan_.parameters, Adam::kThreads), 1, wave.count});
    launch(FinishUpdate{trials(wave), stack_, plan_.rows, read(memory_.row_outcomes.get()),
                        outcomes_.get().base},
           {1, 1, wave.count}, FinishUpdate::kSharedBytes);
  }

  void norm(const Wave& wave, PerTrial<float> normed, PerTrial<float> inverse_rms) {
    launch(RmsNorm{trials(wave), read(memory_.x.get()), plan_.rows, plan_.width, normed, inverse_rms},
           {divide_up(plan_.rows, RmsNorm::kRows), 1, wave.count});
  }

  void launch_norm_backward(const Wave& wave, const RmsNormBackward& program) {
    launch(program, {divide_up(plan_.rows, RmsNormBackward::kRows), 1, wave.count});
  }

  // out = map of in, and what follows it.
  template <After kAfter>
  void apply(const Wave& wave, const LinearPlan& map, PerTrial<float> in, PerTrial<float> out,
             PerTrial<const std::uint8_t> keep = {}) {
    const PerTrial<const float> packed = read(memory_.packed.get());
    multiply<kAfter>(wave, {plan_.rows, map.in_columns, map.out_columns, map.out_columns},
                     {.in = read(in),
                      .weights = packed.from(map.transposed),
                      .bias = packed.from(map.bias),
                      .out = out,
                      .gate = {},
                      .keep = keep});
  }

  // Gradients of a map's weights into the chunks, on a branch, and of its input into d_in; kGate: where `in` is positive.
  template <After kAfter>
  void differentiate(const Wave& wave, const LinearPlan& map, PerTrial<float> in, PerTrial<float> d_out,
                     PerTrial<float> d_in) {
    runtime_.on_branch(next_gradient_branch(), [&] {
      options_.tf32 ? sum_weight_gradient<TensorWeightTile>(wave, map, read(in), read(d_out))
                    : sum_weight_gradient<FloatWeightTile>(wave, map, read(in), read(d_out));
    });
    multiply<kAfter>(wave, {plan_.rows, map.out_columns, map.in_columns, map.in_columns},
                     {.in = read(d_out),
                      .weights = read(memory_.packed.get()).from(map.plain),
                      .bias = {},
                      .out = d_in,
                      .gate = read(in),
                      .keep = {}});
  }

  template <class Tile>
  void sum_weight_gradient(const Wave& wave, const LinearPlan& map, PerTrial<const float> in,
                           PerTrial<const float> d_out) {
    using Program = WeightGradient<Tile>;
    const int rows_of_chunk = round_up(divide_up(plan_.rows, kGradientChunks), Program::kDepth);
    launch(Program{trials(wave), map.parts, plan_.rows, rows_of_chunk, map.out_columns, map.in_columns,
                   map.in, d_out, in, memory_.chunks.get(), plan_.parameters},
           {divide_up(map.out_columns, Program::kSide) * divide_up(map.in, Program::kSide), kGradientChunks,
            wave.count},
           Program::kSharedBytes);
  }

  template <After kAfter>
  void multiply(const Wave& wave, const LinearShape& shape, const LinearOperands& operands) {
    options_.tf32 ? multiply_with<kAfter, TensorTile>(wave, shape, operands)
                  : multiply_with<kAfter, FloatTile>(wave, shape, operands);
  }

  template <After kAfter, class Tile>
  void multiply_with(const Wave& wave, const LinearShape& shape, const LinearOperands& operands) {
    using Program = Linear<kAfter, Tile>;
    launch(Program{trials(wave), shape, operands},
           {divide_up(shape.columns, Program::kColumns), divide_up(shape.rows, Program::kRows), wave.count},
           Program::kSharedBytes);
  }

  // The first branches are for attention, the others for gradients of weights.
  static constexpr int kAttentionBranches = 4;
  int next_gradient_branch() {
    gradient_branch_ = (gradient_branch_ + 1) % (Runtime::kBranches - kAttentionBranches);
    return kAttentionBranches + gradient_branch_;
  }

  // One launch for the trials of each head shape, side by side. `set` fills in what a program has of its own.
  template <template <int> class Program, class Set>
  void attend(const Wave& wave, const std::vector<std::int32_t>& order, std::size_t layer,
              LayerMemory<Runtime>& memory, Set set) {
    const int end = wave.first + wave.count;
    int branch = 0;
    for (int first = wave.first; first < end;) {
      const auto key_of = [&](int place) { return shape_key(order[static_cast<std::size_t>(place)]); };
      int last = first;
      while (last < end && key_of(last) == key_of(first)) ++last;
      const HeadShape& shape = head_shapes_[static_cast<std::size_t>(order[static_cast<std::size_t>(first)])];
      with_padded_head_width(shape.head_width, [&](auto width) {
        Program<width> program{};
        program.trials = trials({first, last - first});
        program.shape = shape;
        program.layer = static_cast<int>(layer);
        program.projected = read(memory.projected.get());
        set(program);
        runtime_.on_branch(branch, [&] {
          launch(program, {plan_.batch * program.blocks_of_sequence(), 1, last - first},
                 Program<width>::shared_bytes(shape.length));
        });
      });
      branch = (branch + 1) % kAttentionBranches;
      first = last;
    }
    runtime_.join_branches(0, kAttentionBranches);
  }

  [[nodiscard]] PerTrial<const std::uint8_t> keep_of(std::size_t layer) {
    return read(memory_.mlp_keep.get())
        .from(static_cast<std::int64_t>(layer) * StackMemory<Runtime>::mlp_keep_bytes(plan_));
  }

  template <class T>
  static PerTrial<const T> read(PerTrial<T> buffer) {
    return {buffer.base, buffer.stride};
  }

  int stack_;
  StackOptions options_;
  StackPlan plan_;
  Runtime runtime_;
  PerTrial<float> parameters_;
  PerTrial<float> gradients_;
  PerTrial<float> first_moments_;
  PerTrial<float> second_moments_;
  StackMemory<Runtime> memory_;
  std::vector<TrialRow> host_rows_;
  Buffer<TrialRow> rows_;
  Buffer<TrialState> states_;
  Buffer<std::int32_t> active_;
  Buffer<PackedTensor> packed_tensors_;
  Buffer<PackTile> pack_tiles_;
  Buffer<GainedMap> gained_maps_;
  std::vector<HeadShape> head_shapes_;
  std::vector<Buffer<std::uint8_t>> visible_;
  std::vector<DrawnTask> host_tasks_;
  Buffer<DrawnTask> drawn_tasks_;
  Buffer<std::int32_t> drawing_;  // trials of the run that draw their samples
  Buffer<std::int32_t> ids_;
  std::int64_t drawing_room_ = 0;  // updates
  std::vector<Buffer<std::int32_t>> tokens_;
  std::vector<Buffer<std::int32_t>> targets_;
  std::vector<std::int64_t> sample_room_;  // tokens
  std::vector<bool> is_stackable_;
  std::int64_t room_ = 0;  // updates
  Buffer<std::uint64_t> sample_of_;
  Buffer<TrialOutcome> outcomes_;
  int gradient_branch_ = 0;
};

}  // namespace headsweep::stacked
