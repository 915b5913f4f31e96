// The encoded fields of trial_result.h, in their order on the wire. Internal to protocol/.
#pragma once

#include <tuple>

#include "protocol/field.h"
#include "protocol/trial_result.h"

namespace headsweep::protocol {

template <>
struct Fields<LayerMeasurement> {
  static constexpr std::tuple list{Field{"layer", &LayerMeasurement::layer},
                                   Field{"split", &LayerMeasurement::split},
                                   Field{"metrics", &LayerMeasurement::metrics}};
};
template <>
struct Fields<HeadMeasurement> {
  static constexpr std::tuple list{Field{"layer", &HeadMeasurement::layer},
                                   Field{"head", &HeadMeasurement::head},
                                   Field{"split", &HeadMeasurement::split},
                                   Field{"unreachable_positions", &HeadMeasurement::unreachable_positions},
                                   Field{"metrics", &HeadMeasurement::metrics}};
};
template <>
struct Fields<SequenceMeasurement> {
  static constexpr std::tuple list{
      Field{"layer", &SequenceMeasurement::layer}, Field{"head", &SequenceMeasurement::head},
      Field{"split", &SequenceMeasurement::split}, Field{"sequence", &SequenceMeasurement::sequence},
      Field{"metrics", &SequenceMeasurement::metrics}};
};
template <>
struct Fields<NodeMeasurement> {
  static constexpr std::tuple list{Field{"layer", &NodeMeasurement::layer},
                                   Field{"split", &NodeMeasurement::split},
                                   Field{"position", &NodeMeasurement::position},
                                   Field{"fidelity", &NodeMeasurement::fidelity},
                                   Field{"fidelity_std", &NodeMeasurement::fidelity_std},
                                   Field{"step", &NodeMeasurement::step},
                                   Field{"step_std", &NodeMeasurement::step_std},
                                   Field{"n", &NodeMeasurement::n}};
};
template <>
struct Fields<NullMeasurement> {
  static constexpr std::tuple list{Field{"null", &NullMeasurement::null},
                                   Field{"measurement", &NullMeasurement::measurement}};
};
template <>
struct Fields<CurvePoint> {
  static constexpr std::tuple list{Field{"step", &CurvePoint::step}, Field{"loss", &CurvePoint::loss},
                                   Field{"accuracy", &CurvePoint::accuracy},
                                   Field{"diversity", &CurvePoint::diversity},
                                   Field{"layers", &CurvePoint::layers}};
};
template <>
struct Fields<TrialResult> {
  static constexpr std::tuple list{Field{"parameters", &TrialResult::parameters},
                                   Field{"steps", &TrialResult::steps},
                                   Field{"train_loss", &TrialResult::train_loss},
                                   Field{"train_accuracy", &TrialResult::train_accuracy},
                                   Field{"loss", &TrialResult::loss},
                                   Field{"accuracy", &TrialResult::accuracy},
                                   Field{"steps_to_90", &TrialResult::steps_to_90},
                                   Field{"train_seconds", &TrialResult::train_seconds},
                                   Field{"measure_seconds", &TrialResult::measure_seconds},
                                   Field{"tokens", &TrialResult::tokens},
                                   Field{"flops", &TrialResult::flops},
                                   Field{"step_kind", &TrialResult::step_kind},
                                   Field{"device", &TrialResult::device},
                                   Field{"numerics", &TrialResult::numerics},
                                   Field{"build", &TrialResult::build},
                                   Field{"model_file", &TrialResult::model_file},
                                   Field{"model_sha256", &TrialResult::model_sha256},
                                   Field{"layers", &TrialResult::layers},
                                   Field{"heads", &TrialResult::heads},
                                   Field{"nulls", &TrialResult::nulls},
                                   Field{"sequences", &TrialResult::sequences},
                                   Field{"nodes", &TrialResult::nodes},
                                   Field{"curve", &TrialResult::curve}};
};

}  // namespace headsweep::protocol
