// How different the heads of a model are, as a differentiable number: what [diversity] penalty rewards.
//
// D is the mean over layers, sequences and (but for js) unordered pairs a < b of heads of
//   output    minus the cosine of O_a[i,.] and O_b[i,.], mean over positions i; O_h = A_h V_h
//   subspace  the same with the value vectors V_h[i,.], bias included
//   position  minus the cosine of the attention maps: <A_a, A_b>_F / (|A_a|_F |A_b|_F)
//   js        the mean over positions i of [entropy(mean_h A_h[i,.]) - mean_h entropy(A_h[i,.])] / ln H
// all before dropout; larger = more diverse. output, subspace and js are the store's disagreement_output,
// disagreement_subspace and js_divergence (Li et al. 2018, arXiv 1810.10183, without a = b). position is
// minus cosine_similarity and not disagreement_position, whose plain overlap would reward diffuse heads.
#pragma once

#include <cstdint>
#include <span>

#include <ATen/core/Tensor.h>

#include "trial/settings.h"
#include "worker/trainer/model.h"

namespace headsweep::trainer {

enum class Penalty : std::uint8_t { kNone, kOutput, kPosition, kSubspace, kJs };

// What the settings ask for; kNone where the weight is zero, and for one head, which has no other to differ
// from.
Penalty penalty_of(const trial::Settings& settings);

// D as a scalar tensor. `layers`: one entry a layer, at least one, of two heads or more. Requires a penalty.
at::Tensor head_diversity(Penalty penalty, std::span<const LayerAttention> layers);

}  // namespace headsweep::trainer
