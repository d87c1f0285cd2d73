#include "gui/new_campaign.h"

#include <cstdlib>

#include <fmt/format.h>

#include "core/files.h"
#include "core/text.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

std::filesystem::path free_name(const std::filesystem::path& wanted) {
  std::filesystem::path name = wanted;
  std::error_code code;
  for (int i = 2; std::filesystem::exists(name, code); ++i)
    name.replace_filename(fmt::format("{}-{}{}", wanted.stem().string(), i, wanted.extension().string()));
  return name;
}

Result<std::filesystem::path> copied(const std::filesystem::path& file, const std::filesystem::path& folder) {
  std::error_code code;
  if (std::filesystem::equivalent(file.parent_path(), folder, code)) return file;
  TRY_VOID(make_folder(folder));
  const auto stem = file_stem(file.stem().string());
  const std::filesystem::path copy = free_name(folder / (stem + to_lower(file.extension().string())));
  const auto size = std::filesystem::file_size(file, code);
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot read {}", file.string())));
  FileWriter writer = TRY(FileWriter::create(copy));
  TRY_VOID(writer.copy_from(file, 0, size));
  TRY_VOID(writer.commit());
  return copy;
}

Result<void> name_in_campaign(CampaignEdits& edits, const char* key, const std::filesystem::path& folder,
                              const std::filesystem::path& file, const char* doing) {
  const std::string value = file.lexically_relative(folder).generic_string();
  if (edits.edit([&](campaign::CampaignEditor& editor) { return editor.set({}, key, value, doing); })) return {};
  return tl::unexpected(*edits.problem());
}

}  // namespace

std::filesystem::path suggested_folder(const std::string& kit) {
  const char* home = std::getenv("HOME");
  const std::filesystem::path at_home = home != nullptr ? home : ".";
  std::error_code code;
  const std::filesystem::path documents = at_home / "Documents";
  return free_name((std::filesystem::is_directory(documents, code) ? documents : at_home) / ("candid-" + kit));
}

bool is_roster_file(const std::filesystem::path& file) {
  const std::string extension = to_lower(file.extension().string());
  return extension == ".csv" || extension == ".tsv" || extension == ".txt";
}

Result<void> use_roster(CampaignEdits& edits, const std::filesystem::path& folder, const std::filesystem::path& file) {
  return name_in_campaign(edits, "roster", folder, TRY(copied(file, folder)), tr("use another list of candidates"));
}

Result<void> use_take(CampaignEdits& edits, const std::filesystem::path& folder, const std::filesystem::path& file) {
  return name_in_campaign(edits, "take", folder, TRY(copied(file, folder / "takes")), tr("use another take"));
}

}  // namespace candid::gui
