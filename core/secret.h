#pragma once
// What must never be printed: passwords, keys, tokens. A Secret has no operator<< and no formatter, and its bytes are
// overwritten when it goes.
//
// Secrets come from the environment, or from a file that only its owner may read ($XDG_CONFIG_HOME/candid/secrets, else
// ~/.config/candid/secrets): lines of NAME=value, "#" begins a comment. Never from campaign.toml.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"

namespace candid {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret other) noexcept;
  ~Secret();

  bool empty() const { return text_.empty(); }
  // Where it is really needed: a header, a hash.
  const std::string& reveal() const { return text_; }

 private:
  std::string text_;
};

std::filesystem::path secrets_file();

// $NAME when it is set and not empty, else the line NAME=… of the secrets file, else nothing. PermissionDenied when
// that file exists and others may read it; InvalidInput names the first line that is not NAME=value (never its
// content).
Result<std::optional<Secret>> find_secret(const std::string& name);

}  // namespace candid
