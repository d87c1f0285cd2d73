#include "core/log.h"

#include <cstdlib>
#include <memory>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace candid::log {
namespace {

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = std::make_shared<spdlog::logger>("candid", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
    made->set_level(spdlog::level::warn);
    return made;
  }();
  return *instance;
}

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::Trace:
      return spdlog::level::trace;
    case Level::Debug:
      return spdlog::level::debug;
    case Level::Info:
      return spdlog::level::info;
    case Level::Warning:
      return spdlog::level::warn;
    case Level::Error:
      return spdlog::level::err;
    case Level::Off:
      return spdlog::level::off;
  }
  return spdlog::level::off;
}

}  // namespace

void set_level(Level level) {
  logger().set_level(to_spdlog(level));
}

void set_level_from_environment() {
  const char* value = std::getenv("CANDID_LOG");
  if (value == nullptr) return;
  spdlog::level::level_enum level = spdlog::level::from_str(value);
  if (level != spdlog::level::off || std::string_view(value) == "off") logger().set_level(level);
}

bool is_written(Level level) {
  return logger().should_log(to_spdlog(level));
}

void write(Level level, std::string_view topic, std::string_view message) {
  logger().log(to_spdlog(level), "[{}] {}", topic, message);
}

}  // namespace candid::log
