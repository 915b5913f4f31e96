#include "worker/trainer/arguments.h"

#include <cstdlib>
#include <iostream>

#include <CLI/CLI.hpp>

namespace headsweep::trainer {

Arguments parse_arguments(int argc, const char* const* argv) {
  Arguments arguments;
  CLI::App app("Trains and measures Transformers for `headsweep`, which starts it; people use `headsweep`.",
               "headsweep-trainer");
  app.add_option("--device", arguments.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  app.add_option("--threads", arguments.threads, "threads of the arithmetic")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--parent-pid", arguments.parent_pid, "process that must be the parent");
  app.add_option("--step", arguments.step, "training step")
      ->check(CLI::IsMember({"auto", "eager", "fused"}))
      ->capture_default_str();
  app.add_flag("--tf32", arguments.tf32, "affine maps of the fused step on a GPU's tensor cores");
  CLI::Option* const measure =
      app.add_option("--measure", arguments.checkpoints, "measure these models, print JSON");
  CLI::Option* const remeasure =
      app.add_option("--remeasure", arguments.checkpoints, "measure these kept models, write frames")
          ->excludes(measure);
  CLI::Option* const calibrate = app.add_option("--calibrate", arguments.trials,
                                                "time the parts of trials of these settings, print JSON");
  CLI::Option* const attention =
      app.add_option("--attention", arguments.checkpoints, "print the attention of these kept models as JSON")
          ->excludes(measure)
          ->excludes(remeasure);
  app.add_option("--task", arguments.task, "with --measure: task of the sequences");
  app.add_option("--heads", arguments.heads, "with --measure: head count of a state_dict");
  app.add_option("--inputs", arguments.inputs, "with --measure: JSON object with `tokens`");
  app.add_option("--dtype", arguments.dtype, "with --measure: arithmetic")
      ->check(CLI::IsMember({"float32", "float64"}))
      ->capture_default_str();
  app.add_option("--sequences", arguments.sequences, "with --measure: held-out sequences")
      ->check(CLI::Range(1, 1'000'000));
  app.add_option("--seed", arguments.seed, "with --measure: seed of these sequences");
  bool devices = false;
  bool version = false;
  app.add_flag("--devices", devices, "print the devices as JSON");
  app.add_flag("--version", version, "print the versions as JSON");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    std::exit(EXIT_SUCCESS);
  } catch (const CLI::ParseError& error) {
    throw CommandLineError{std::string(error.what()) + " (headsweep-trainer --help)"};
  }
  if (measure->count() > 0) arguments.mode = Arguments::Mode::kMeasure;
  if (remeasure->count() > 0) arguments.mode = Arguments::Mode::kRemeasure;
  if (calibrate->count() > 0) arguments.mode = Arguments::Mode::kCalibrate;
  if (attention->count() > 0) arguments.mode = Arguments::Mode::kAttention;
  if (devices) arguments.mode = Arguments::Mode::kDevices;
  if (version) arguments.mode = Arguments::Mode::kVersion;
  return arguments;
}

}  // namespace headsweep::trainer
