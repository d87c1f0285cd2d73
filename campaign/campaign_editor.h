#pragma once
// campaign.toml under the hands of somebody who changes it in a window: edits that leave all else in the file as it is
// (toml_edit.h), undo and redo, and saving that never writes over what another program wrote meanwhile.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "campaign/toml_edit.h"
#include "core/error.h"

namespace candid::campaign {

// Whether an edit is undone by itself, or together with the one before it where that has the same words: the many
// steps of a slider that is dragged, or of a word that is typed, are one to whoever undoes them.
enum class UndoStep { Own, WithLast };

// Edits change the text in memory alone, until save(). One that fails changes nothing; one that says what the file says
// already is no step. `doing` are the words of the undo list: "move lower third". Errors are those of toml_edit.h. One
// thread at a time.
class CampaignEditor {
 public:
  // Fails with InvalidInput where FOLDER/campaign.toml is missing or is no TOML.
  static Result<CampaignEditor> open(const std::filesystem::path& folder);

  const std::filesystem::path& file() const { return file_; }
  const std::string& text() const { return steps_[current_].text; }
  std::optional<TomlValue> value(const TomlPlace& place, const std::string& key) const;
  size_t layer_count() const;

  Result<void> set(const TomlPlace& place, const std::string& key, const TomlValue& value, std::string doing,
                   UndoStep step = UndoStep::Own);
  // Fine where the key is not there.
  Result<void> remove(const TomlPlace& place, const std::string& key, std::string doing);
  // Layers are numbered as in messages: layer[0] is the first [[layer]] of the file.
  Result<void> add_layer(size_t number, const TomlFields& fields, std::string doing);
  Result<void> remove_layer(size_t number, std::string doing);
  Result<void> move_layer(size_t from, size_t to, std::string doing);

  // What the next undo() or redo() takes back or does again; nothing where there is none.
  std::optional<std::string> undo_words() const;
  std::optional<std::string> redo_words() const;
  // Without effect where there is nothing to be undone, or done again.
  void undo();
  void redo();

  // Grows by one with each step that is new: for whoever keeps a list of more than this file's.
  uint64_t steps_made() const { return steps_made_; }
  // So many of them, the oldest, can neither be undone nor done again any more: the file was read again after them.
  uint64_t steps_over() const { return steps_over_; }

  // Whether the text is that of the file as it was last read or written here.
  bool is_saved() const { return text() == saved_; }
  // Whether the file is another than that by now; true as well where it is gone.
  Result<bool> is_changed_by_another() const;
  // Writes the file, whole or not at all. Fails with Exists when it was changed by another program since it was read:
  // reread() takes over what that wrote then.
  Result<void> save();
  // The file's text of now becomes the text. Where that is another one, no step made before can be undone or done
  // again: each is a whole text, and would take back what the other program wrote. What was not saved is lost. Fails
  // with InvalidInput, and changes nothing, where it is no TOML.
  Result<void> reread();

 private:
  // The text after an edit; the first one is that of the file.
  struct Step {
    std::string doing;
    std::string text;
  };
  CampaignEditor(std::filesystem::path file, std::string text);
  Result<void> take(Result<std::string> edited, std::string doing, UndoStep step = UndoStep::Own);

  std::filesystem::path file_;
  std::string saved_;
  std::vector<Step> steps_;
  uint64_t steps_made_ = 0;
  uint64_t steps_over_ = 0;
  size_t current_ = 0;  // index of the step whose text counts; those after it can be done again
};

}  // namespace candid::campaign
