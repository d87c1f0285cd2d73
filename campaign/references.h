#pragma once
// Values of campaign.toml and of looks that stand for something outside them: files, pictures, fonts, roster columns.
// What is not there, or not what it should be, becomes a Finding. Internal to campaign.

#include <filesystem>
#include <optional>
#include <string>

#include "campaign/campaign_file.h"
#include "campaign/toml_table.h"

namespace candid::campaign {

class References {
 public:
  // Both are borrowed.
  References(Campaign& campaign, Findings& findings) : campaign_(campaign), findings_(findings) {}

  // A file named by `value`, relative to the campaign's folder.
  std::filesystem::path file(TomlTable& table, const std::string& key, const std::string& value,
                             const std::string& hint = "paths are relative to the campaign's folder");
  std::filesystem::path picture(TomlTable& table, const std::string& key, const std::string& value);
  // An installed family.
  std::optional<std::string> font(TomlTable& table, const std::string& key);
  // Text with fields, each of which the roster must have.
  std::optional<FieldText> text(TomlTable& table, const std::string& key);
  void note_fields(const FieldText& text, int line, const std::string& key);

 private:
  Campaign& campaign_;
  Findings& findings_;
};

}  // namespace candid::campaign
