#include "capture/script.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/files.h"
#include "core/text.h"

namespace candid::capture {

Script default_script() {
  return {
      "Hello, and thank you for the time you spent with us.",
      "I wanted to tell you myself where things stand.",
      "The team enjoyed your interview, and we are still meeting a few people this week.",
      "You will hear from me by Friday, whatever we decide.",
      "If there is anything you want to ask, just answer this message.",
      "Take care, and speak soon.",
  };
}

Result<Script> read_script(const std::filesystem::path& path) {
  auto bytes = TRY(read_file(path, 1 << 20));
  std::string text = TRY(decode_text(bytes)).utf8;
  Script script;
  std::string_view rest = text;
  while (!rest.empty()) {
    size_t end = std::min(rest.find('\n'), rest.size());
    std::string line = trim(rest.substr(0, end));
    if (!line.empty() && line.front() != '#') script.push_back(line);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (script.empty()) {
    return fail(ErrorKind::InvalidInput, fmt::format("{} holds no line to say", path.string()),
                "write one sentence a line");
  }
  return script;
}

}  // namespace candid::capture
