#pragma once
// The options that say what is recorded, for every command that records.

#include <string>

#include <CLI/CLI.hpp>

#include "capture/source.h"
#include "core/error.h"

namespace candid::cli {

struct DeviceOptions {
  std::string camera;
  std::string microphone;
  std::string screen;
  std::string size;
  std::string rate;
  std::string format;
  std::string bubble = "bottom-right";
};

void add_device_options(CLI::App& command, DeviceOptions& options);

// What is not said is chosen: the default camera and microphone; with a screen no camera but one that is asked for.
// InvalidInput when something is said that cannot be.
Result<capture::SourceSettings> source_settings(const DeviceOptions& options);

}  // namespace candid::cli
