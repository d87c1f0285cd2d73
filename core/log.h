#pragma once
// Logging by topic, one topic a folder. Levels: info once a video, debug once a stage, trace per frame.
// Never log a credential, a token or a candidate's private field.

#include <string_view>

namespace candid::log {

enum class Level { Trace, Debug, Info, Warning, Error, Off };

// Default: Warning, to stderr. Thread-safe.
void set_level(Level level);
// From CANDID_LOG (trace, debug, info, warning, error, off); unknown words are ignored.
void set_level_from_environment();

// Whether anything of this level is written: for messages that cost something to make.
bool is_written(Level level);
void write(Level level, std::string_view topic, std::string_view message);

inline void debug(std::string_view topic, std::string_view message) {
  write(Level::Debug, topic, message);
}
inline void info(std::string_view topic, std::string_view message) {
  write(Level::Info, topic, message);
}
inline void warning(std::string_view topic, std::string_view message) {
  write(Level::Warning, topic, message);
}
inline void error(std::string_view topic, std::string_view message) {
  write(Level::Error, topic, message);
}

}  // namespace candid::log
