#include "campaign/campaign_editor.h"

#include <utility>

#include <fmt/format.h>

#include "campaign/toml_document.h"
#include "core/files.h"

namespace candid::campaign {
namespace {

constexpr size_t kMostSteps = 500;

const std::vector<std::string> kLayerList = {"layer"};

Result<std::string> read_toml_file(const std::filesystem::path& file) {
  auto text = read_text_file(file, kMostTomlBytes);
  if (!text) return tl::unexpected(std::move(text).error());
  if (auto root = parse_toml(*text); !root) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("{}:{}: {}", file.string(), root.error().line, root.error().message), root.error().hint);
  }
  return text;
}

}  // namespace

CampaignEditor::CampaignEditor(std::filesystem::path file, std::string text)
    : file_(std::move(file)), saved_(text), steps_{{"", std::move(text)}} {}

Result<CampaignEditor> CampaignEditor::open(const std::filesystem::path& folder) {
  std::filesystem::path file = folder / "campaign.toml";
  std::error_code code;
  if (!std::filesystem::exists(file, code)) {
    return fail(ErrorKind::InvalidInput, fmt::format("{} is not a campaign: it has no campaign.toml", folder.string()),
                "candid new DIR makes one");
  }
  // Where it is a link, the file itself is written, or the link would be replaced.
  if (auto itself = std::filesystem::canonical(file, code); !code) file = std::move(itself);
  std::string text = TRY(read_toml_file(file));
  return CampaignEditor(std::move(file), std::move(text));
}

std::optional<TomlValue> CampaignEditor::value(const TomlPlace& place, const std::string& key) const {
  return toml_value(text(), place, key);
}

size_t CampaignEditor::layer_count() const {
  return count_tables(text(), kLayerList);
}

Result<void> CampaignEditor::take(Result<std::string> edited, std::string doing, UndoStep step) {
  if (!edited) return tl::unexpected(edited.error().wrapped(fmt::format("cannot {}", doing)));
  if (*edited == text()) return {};
  bool is_last = current_ + 1 == steps_.size();
  if (step == UndoStep::WithLast && is_last && current_ > 0 && steps_[current_].doing == doing) {
    steps_[current_].text = std::move(*edited);
    return {};
  }
  steps_.resize(current_ + 1);
  steps_.push_back({std::move(doing), std::move(*edited)});
  if (steps_.size() > kMostSteps) steps_.erase(steps_.begin());
  current_ = steps_.size() - 1;
  ++steps_made_;
  return {};
}

Result<void> CampaignEditor::set(const TomlPlace& place, const std::string& key, const TomlValue& value,
                                 std::string doing, UndoStep step) {
  return take(with_value(text(), place, key, value), std::move(doing), step);
}

Result<void> CampaignEditor::remove(const TomlPlace& place, const std::string& key, std::string doing) {
  auto without = without_value(text(), place, key);
  if (!without && without.error().kind() == ErrorKind::NotFound) return {};
  return take(std::move(without), std::move(doing));
}

Result<void> CampaignEditor::add_layer(size_t number, const TomlFields& fields, std::string doing) {
  return take(with_table(text(), kLayerList, number, fields), std::move(doing));
}

Result<void> CampaignEditor::remove_layer(size_t number, std::string doing) {
  return take(without_table(text(), kLayerList, number), std::move(doing));
}

Result<void> CampaignEditor::move_layer(size_t from, size_t to, std::string doing) {
  return take(with_moved_table(text(), kLayerList, from, to), std::move(doing));
}

std::optional<std::string> CampaignEditor::undo_words() const {
  if (current_ == 0) return std::nullopt;
  return steps_[current_].doing;
}

std::optional<std::string> CampaignEditor::redo_words() const {
  if (current_ + 1 == steps_.size()) return std::nullopt;
  return steps_[current_ + 1].doing;
}

void CampaignEditor::undo() {
  if (current_ > 0) --current_;
}

void CampaignEditor::redo() {
  if (current_ + 1 < steps_.size()) ++current_;
}

Result<bool> CampaignEditor::is_changed_by_another() const {
  auto there = read_text_file(file_, kMostTomlBytes);
  if (there) return *there != saved_;
  // Gone, or grown beyond what a campaign.toml may be.
  ErrorKind kind = there.error().kind();
  if (kind == ErrorKind::NotFound || kind == ErrorKind::InvalidInput) return true;
  return tl::unexpected(std::move(there).error());
}

Result<void> CampaignEditor::save() {
  if (TRY(is_changed_by_another())) {
    return fail(ErrorKind::Exists, fmt::format("{} was changed by another program since it was read", file_.string()),
                "read it again, and make the edit anew");
  }
  TRY_VOID(write_file(file_, text(), file_mode(file_)));
  saved_ = text();
  return {};
}

Result<void> CampaignEditor::reread() {
  std::string there = TRY(read_toml_file(file_));
  saved_ = there;
  if (there == text()) return {};
  steps_ = {{"", std::move(there)}};
  current_ = 0;
  steps_over_ = steps_made_;
  return {};
}

}  // namespace candid::campaign
