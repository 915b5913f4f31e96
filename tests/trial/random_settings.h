// Random valid settings for property tests.
#pragma once

#include <rapidcheck.h>

#include "trial/settings.h"

namespace headsweep::trial {

// Any shape of a small model with everything that changes its number of parameters, any diversity that check_together()
// allows, any task with its options. Always valid.
inline rc::Gen<Settings> random_settings() {
  return rc::gen::suchThat(
      rc::gen::exec([] {
        Settings settings;
        for (const SettingInfo& setting : all_settings()) {
          if (!*rc::gen::element(true, false)) continue;  // the default
          if (setting.type == Type::kName) {
            setting.set(settings, std::string(*rc::gen::elementOf(setting.names)));
          } else if (setting.type == Type::kBoolean) {
            setting.set(settings, true);
          } else if (setting.type == Type::kReal) {
            const double part = *rc::gen::inRange(0, 9) / 8.0;
            setting.set(settings,
                        setting.minimum + part * (std::min(setting.maximum, 10.0) - setting.minimum));
          } else {
            const auto least = static_cast<std::int64_t>(setting.minimum);
            setting.set(settings, *rc::gen::inRange<std::int64_t>(least, least + 24));
          }
        }
        settings.training.samples = 0;
        settings.measure.every = 0;
        settings.model.length = *rc::gen::inRange<std::int64_t>(8, 40);
        settings.model.vocabulary = *rc::gen::inRange<std::int64_t>(8, 60);
        settings.model.wider_mlps %= settings.model.layers;
        if (!settings.model.head_width && settings.model.width % settings.model.heads != 0) {
          settings.model.width *= settings.model.heads;
        }
        settings.seed = *rc::gen::arbitrary<std::uint32_t>();
        return settings;
      }),
      [](const Settings& settings) { return !check_together(settings); });
}

}  // namespace headsweep::trial

namespace rc {

template <>
struct Arbitrary<headsweep::trial::Settings> {
  static Gen<headsweep::trial::Settings> arbitrary() { return headsweep::trial::random_settings(); }
};

}  // namespace rc
