// What holds for all valid settings.
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/trial/random_settings.h"
#include "trial/key.h"
#include "trial/ledger.h"
#include "trial/parameters.h"

namespace headsweep::trial {

// For the counterexamples that RapidCheck prints.
static void showValue(const Settings& settings, std::ostream& out) {
  out << canonical_json(settings);
}

namespace {

RC_GTEST_PROP(SettingsProperties, CountsByFormulaEqualTheSumOfTheLayout, (const Settings& settings)) {
  const ParameterCount count = count_parameters(settings.model);
  ParameterCount sum{};
  std::int64_t end = 0;
  for (const ParameterTensor& tensor : parameter_layout(settings.model)) {
    RC_ASSERT(tensor.offset == end);
    RC_ASSERT(tensor.count() > 0);
    end += tensor.count();
    const bool in_attention = tensor.name.find(".attn.") != std::string::npos;
    const bool in_mlp = tensor.name.find(".mlp.") != std::string::npos;
    const bool is_norm = tensor.kind == TensorKind::kGain;
    (is_norm        ? sum.norms
     : in_attention ? sum.attention
     : in_mlp       ? sum.mlp
                    : sum.embeddings) += tensor.count();
  }
  RC_ASSERT(sum.embeddings == count.embeddings);
  RC_ASSERT(sum.attention == count.attention);
  RC_ASSERT(sum.mlp == count.mlp);
  RC_ASSERT(sum.norms == count.norms);
  RC_ASSERT(end == count.total());
}

RC_GTEST_PROP(SettingsProperties, EveryHeadHasABlockOfQueriesAndKeys, (const Settings& settings)) {
  const ModelSettings& model = settings.model;
  std::set<std::int64_t> blocks;
  for (std::int64_t head = 0; head < model.heads; ++head) blocks.insert(model.query_key_block(head));
  RC_ASSERT(static_cast<std::int64_t>(blocks.size()) == model.query_key_blocks());
  RC_ASSERT(*blocks.begin() == 0);
  RC_ASSERT(*blocks.rbegin() == model.query_key_blocks() - 1);
}

RC_GTEST_PROP(SettingsProperties, CanonicalFormReadsBackAsTheSameTrial, (const Settings& settings)) {
  const std::string json = canonical_json(settings);
  const Settings read = parse_canonical_json(json);
  RC_ASSERT(read == resolved(settings));
  RC_ASSERT(canonical_json(read) == json);
  RC_ASSERT(trial_key(read) == trial_key(settings));
}

RC_GTEST_PROP(SettingsProperties, ResolvingKeepsTheModel, (const Settings& settings)) {
  const Settings once = resolved(settings);
  RC_ASSERT(resolved(once) == once);
  RC_ASSERT(meaningless_settings(once).empty());
  RC_ASSERT(!check_together(once));
  RC_ASSERT(count_parameters(once.model).total() == count_parameters(settings.model).total());
  RC_ASSERT(ledger_of(once).flops() == ledger_of(settings).flops());
}

// Another seed is another trial of the same arm.
RC_GTEST_PROP(SettingsProperties, ASeedChangesTheKeyOnly, (Settings settings)) {
  const std::string key = trial_key(settings);
  const std::string arm = arm_key(settings);
  ++settings.seed;
  RC_ASSERT(trial_key(settings) != key);
  RC_ASSERT(arm_key(settings) == arm);
}

}  // namespace
}  // namespace headsweep::trial
