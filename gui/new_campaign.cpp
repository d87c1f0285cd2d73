#include "gui/new_campaign.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "capture/take_sidecar.h"
#include "core/files.h"
#include "core/text.h"
#include "gui/words.h"

namespace candid::gui {
namespace {

std::filesystem::path home_folder() {
  const char* home = std::getenv("HOME");
  return home != nullptr ? home : ".";
}

std::filesystem::path free_name(const std::filesystem::path& wanted) {
  std::filesystem::path name = wanted;
  std::error_code code;
  for (int i = 2; std::filesystem::exists(name, code); ++i)
    name.replace_filename(fmt::format("{}-{}{}", wanted.stem().string(), i, wanted.extension().string()));
  return name;
}

constexpr uint64_t kCopiedAtOnce = 16 << 20;  // bytes, between two looks at the stop token

}  // namespace

std::filesystem::path suggested_folder(const std::string& kit) {
  std::error_code code;
  const std::filesystem::path documents = home_folder() / "Documents";
  return free_name((std::filesystem::is_directory(documents, code) ? documents : home_folder()) / ("candid-" + kit));
}

std::filesystem::path typed_path(const std::string& typed) {
  const std::string wanted = trim(typed);
  const bool is_at_home = wanted == "~" || wanted.starts_with("~/");
  const std::filesystem::path path =
      is_at_home ? home_folder() / wanted.substr(std::min<size_t>(2, wanted.size())) : std::filesystem::path(wanted);
  std::error_code code;
  const std::filesystem::path whole = std::filesystem::absolute(path, code).lexically_normal();
  return whole.has_filename() ? whole : whole.parent_path();
}

bool is_roster_file(const std::filesystem::path& file) {
  const std::string extension = to_lower(file.extension().string());
  return extension == ".csv" || extension == ".tsv" || extension == ".txt";
}

Result<std::filesystem::path> copy_into_campaign(const std::filesystem::path& file,
                                                 const std::filesystem::path& campaign, TaskReport& report,
                                                 const std::stop_token& stop) {
  const std::filesystem::path folder = is_roster_file(file) ? campaign : campaign / "takes";
  std::error_code code;
  if (std::filesystem::equivalent(file.parent_path(), folder, code)) return file;
  TRY_VOID(make_folder(folder));
  const auto stem = file_stem(file.stem().string());
  const std::filesystem::path copy = free_name(folder / (stem + to_lower(file.extension().string())));
  const uint64_t size = std::filesystem::file_size(file, code);
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot read {}", file.string())));
  FileWriter writer = TRY(FileWriter::create(copy));
  while (writer.size() < size) {
    if (stop.stop_requested()) return fail(ErrorKind::Cancelled, fmt::format("{} was not copied", file.string()));
    TRY_VOID(writer.copy_from(file, writer.size(), std::min(kCopiedAtOnce, size - writer.size())));
    report.tell({static_cast<double>(writer.size()) / static_cast<double>(size), {}});
  }
  // What a take knows of itself comes along: what was said when.
  const std::filesystem::path sidecar = capture::sidecar_path(file);
  if (std::filesystem::is_regular_file(sidecar, code))
    TRY_VOID(write_file(capture::sidecar_path(copy), TRY(read_text_file(sidecar))));
  TRY_VOID(writer.commit());
  return copy;
}

Result<void> use_in_campaign(CampaignEdits& edits, const std::filesystem::path& campaign,
                             const std::filesystem::path& copy) {
  const bool is_roster = is_roster_file(copy);
  const std::string value = copy.lexically_relative(campaign).generic_string();
  const char* doing = is_roster ? tr("use another list of candidates") : tr("use another take");
  auto name = [&](campaign::CampaignEditor& editor) {
    return editor.set({}, is_roster ? "roster" : "take", value, doing);
  };
  if (edits.edit(name)) return {};
  return tl::unexpected(*edits.problem());
}

}  // namespace candid::gui
