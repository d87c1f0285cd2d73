#include "upload/file_notes.h"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "core/files.h"

namespace candid::upload {
namespace {

constexpr uint64_t kLargestFile = 256 << 20;
constexpr size_t kFewLines = 256;  // not worth being rewritten

using Notes = std::map<std::string, std::string, std::less<>>;

std::string dumped(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string keep_line(std::string_view name, std::string_view note) {
  return dumped({{"name", name}, {"note", note}});
}

std::string drop_line(std::string_view name) {
  return dumped({{"name", name}, {"dropped", true}});
}

// A line that is not ours, as a power cut may leave one, says nothing.
void apply(std::string_view line, Notes& notes) {
  nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object() || !json.contains("name") || !json["name"].is_string()) return;
  std::string name = json["name"];
  if (json.value("dropped", nlohmann::json(false)) == nlohmann::json(true)) {
    notes.erase(name);
  } else if (json.contains("note") && json["note"].is_string()) {
    notes[std::move(name)] = json["note"];
  }
}

void apply_all(std::string_view text, Notes& notes) {
  for (size_t at = 0; at < text.size();) {
    size_t end = text.find('\n', at);
    if (end == std::string_view::npos) return;  // broken off
    apply(text.substr(at, end - at), notes);
    at = end + 1;
  }
}

}  // namespace

struct FileNotes::State {
  State(std::filesystem::path path, FileLock held) : file(std::move(path)), lock(std::move(held)) {}
  ~State() {
    if (descriptor >= 0) ::close(descriptor);
  }

  tl::unexpected<Error> failed() const {
    int code = errno;
    return tl::unexpected(system_error(code, fmt::format("cannot write {}", file.string())));
  }

  // A file that holds what is true now, and nothing else.
  Result<void> rewrite() {
    std::string text;
    for (const auto& [name, note] : notes) text += keep_line(name, note);
    TRY_VOID(write_file(file, std::string_view(text), FileMode::Private));
    if (descriptor >= 0) ::close(descriptor);
    descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (descriptor < 0) return failed();
    lines = notes.size();
    return {};
  }

  Result<void> append(const std::string& line) {
    if (lines >= kFewLines && lines > 2 * notes.size()) return rewrite();
    off_t end = ::lseek(descriptor, 0, SEEK_END);
    ssize_t wrote = ::write(descriptor, line.data(), line.size());
    bool is_whole = wrote == static_cast<ssize_t>(line.size());
    if (!is_whole && wrote >= 0) errno = ENOSPC;
    if (is_whole && ::fdatasync(descriptor) == 0) {
      ++lines;
      return {};
    }
    auto error = failed();
    // Half a line would swallow the next one.
    if (end < 0 || ::ftruncate(descriptor, end) != 0) is_torn = true;
    return error;
  }

  // What changes is in `notes` already, as rewriting needs it; `undo` takes it back where it cannot be written.
  template <typename Undo>
  Result<void> write(const std::string& line, Undo undo) {
    auto written = is_torn ? rewrite() : append(line);
    if (written) is_torn = false;
    if (!written) undo();
    return written;
  }

  const std::filesystem::path file;
  const FileLock lock;
  mutable std::mutex mutex;  // guards what follows
  Notes notes{};
  int descriptor = -1;
  size_t lines = 0;
  bool is_torn = false;
};

FileNotes::FileNotes(std::unique_ptr<State> state) : state_(std::move(state)) {}
FileNotes::~FileNotes() = default;

Result<std::unique_ptr<FileNotes>> FileNotes::open(const std::filesystem::path& file) {
  if (!file.parent_path().empty()) TRY_VOID(make_folder(file.parent_path()));
  // Beside the file, as that is replaced when it is rewritten.
  std::filesystem::path lock_path = file;
  lock_path += ".lock";
  FileLock lock = TRY(FileLock::try_acquire(lock_path));
  auto state = std::make_unique<State>(file, std::move(lock));
  state->notes = TRY(read_file_notes(file));
  TRY_VOID(state->rewrite());
  return std::unique_ptr<FileNotes>(new FileNotes(std::move(state)));
}

Result<Notes> read_file_notes(const std::filesystem::path& file) {
  Notes notes;
  std::error_code code;
  if (!std::filesystem::exists(file, code)) return notes;
  std::string text = TRY(read_text_file(file, kLargestFile));
  apply_all(text, notes);
  return notes;
}

std::optional<std::string> FileNotes::find(std::string_view name) const {
  std::lock_guard lock(state_->mutex);
  auto found = state_->notes.find(name);
  return found == state_->notes.end() ? std::nullopt : std::optional(found->second);
}

Result<void> FileNotes::keep(std::string_view name, std::string_view note) {
  std::lock_guard lock(state_->mutex);
  auto [place, is_new] = state_->notes.try_emplace(std::string(name), note);
  if (!is_new && place->second == note) return {};
  std::string before = std::exchange(place->second, std::string(note));
  return state_->write(keep_line(name, note), [&, at = place, fresh = is_new] {
    if (fresh) {
      state_->notes.erase(at);
    } else {
      at->second = before;
    }
  });
}

Result<void> FileNotes::drop(std::string_view name) {
  std::lock_guard lock(state_->mutex);
  auto place = state_->notes.find(name);
  if (place == state_->notes.end()) return {};
  auto found = state_->notes.extract(place);
  return state_->write(drop_line(name), [&] { state_->notes.insert(std::move(found)); });
}

std::vector<std::string> FileNotes::names() const {
  std::lock_guard lock(state_->mutex);
  std::vector<std::string> names;
  for (const auto& [name, note] : state_->notes) names.push_back(name);
  return names;
}

}  // namespace candid::upload
