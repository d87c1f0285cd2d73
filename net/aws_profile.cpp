#include "net/aws_profile.h"

#include <cstdlib>

#include <fmt/format.h>

#include "core/text.h"
#include "net/url.h"

namespace candid::net {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : trim(value);
}

// Without what a blank and "#" or ";" begin; no key holds a blank.
std::string_view without_comment(std::string_view line) {
  for (size_t i = 0; i < line.size(); ++i) {
    bool begins = line[i] == '#' || line[i] == ';';
    if (begins && (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t')) return line.substr(0, i);
  }
  return line;
}

// "default" of "[default]" and, as in ~/.aws/config, of "[profile default]".
std::string section_name(std::string_view line) {
  std::string name = trim(line.substr(1, line.find(']') - 1));
  return name.starts_with("profile ") ? trim(std::string_view(name).substr(8)) : name;
}

struct Section {
  bool exists = false;
  std::string access_key;
  Secret secret_key;
  Secret session_token;
  std::string other_way;  // the name of a setting that says how to get keys
};

void take_setting(Section& section, const std::string& name, std::string value) {
  if (name == "aws_access_key_id")
    section.access_key = std::move(value);
  else if (name == "aws_secret_access_key")
    section.secret_key = Secret(std::move(value));
  else if (name == "aws_session_token")
    section.session_token = Secret(std::move(value));
  else if (name == "credential_process" || name == "role_arn" || name.starts_with("sso_"))
    section.other_way = name;
}

Result<Section> find_section(std::string_view text, std::string_view profile, std::string_view file_name) {
  Section section;
  bool is_inside = false;
  int number = 0;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find('\n', at), text.size());
    std::string line = trim(without_comment(text.substr(at, end - at)));
    at = end + 1;
    ++number;
    if (line.empty()) continue;
    if (line.front() == '[') {
      is_inside = section_name(line) == profile;
      section.exists = section.exists || is_inside;
      continue;
    }
    if (!is_inside) continue;
    size_t equals = line.find('=');
    if (equals == std::string::npos) {
      return fail(ErrorKind::InvalidInput,
                  fmt::format("{}:{} is neither [profile] nor name = value", file_name, number),
                  "mend that line, or run: aws configure");
    }
    std::string_view whole(line);
    take_setting(section, ascii_lower(trim(whole.substr(0, equals))), trim(whole.substr(equals + 1)));
  }
  return section;
}

}  // namespace

std::filesystem::path shared_credentials_file() {
  std::filesystem::path home = variable("HOME").empty() ? "/" : variable("HOME");
  std::string path = variable("AWS_SHARED_CREDENTIALS_FILE");
  if (path.empty()) return home / ".aws" / "credentials";
  return path.starts_with("~/") ? home / path.substr(2) : std::filesystem::path(path);
}

std::string aws_profile() {
  std::string name = variable("AWS_PROFILE");
  return name.empty() ? "default" : name;
}

Result<std::optional<AwsCredentials>> read_aws_profile(std::string_view text, std::string_view profile,
                                                       std::string_view file_name) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Section section = TRY(find_section(text, profile, file_name));
  if (!section.exists) return std::nullopt;
  if (!section.access_key.empty() && !section.secret_key.empty()) {
    return AwsCredentials{section.access_key, section.secret_key, section.session_token, std::nullopt};
  }
  if (section.access_key.empty() && section.secret_key.empty() && !section.other_way.empty()) {
    return fail(ErrorKind::Unsupported,
                fmt::format("profile [{}] of {} has no keys but {}", profile, file_name, section.other_way),
                "let AWS's tool get them: eval \"$(aws configure export-credentials --format env)\"");
  }
  return fail(ErrorKind::InvalidInput,
              fmt::format("profile [{}] of {} has no {}", profile, file_name,
                          section.access_key.empty() ? "aws_access_key_id" : "aws_secret_access_key"),
              "add it, or run: aws configure");
}

}  // namespace candid::net
