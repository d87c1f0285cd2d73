#include "campaign/serving/object_mirror.h"

#include <algorithm>
#include <future>
#include <map>
#include <mutex>

#include <fmt/format.h>

#include "campaign/workspace.h"
#include "core/digest.h"
#include "core/encoding.h"
#include "core/files.h"
#include "core/log.h"
#include "encode/recipe.h"

namespace candid::campaign {
namespace {

using Moment = std::chrono::steady_clock::time_point;

constexpr std::chrono::seconds kRecipeLasts{5};
constexpr std::chrono::minutes kMayBeInUse{1};
constexpr std::chrono::minutes kDamageLasts{1};
constexpr size_t kMostRecipes = 4096;
constexpr size_t kMostDamaged = 4096;
constexpr char kArriving[] = ".arriving";

// Work that several want at once is done by the first of them, and waited for by the others.
template <typename Value>
class Once {
 public:
  Value get(const std::string& name, const std::function<Value()>& work) {
    std::promise<Value> promise;
    std::shared_future<Value> theirs;
    {
      std::lock_guard lock(mutex_);
      auto under_way = under_way_.find(name);
      if (under_way != under_way_.end()) {
        theirs = under_way->second;
      } else {
        under_way_.emplace(name, promise.get_future().share());
      }
    }
    if (theirs.valid()) return theirs.get();
    try {
      Value value = work();
      forget(name);
      promise.set_value(value);
      return value;
    } catch (...) {  // out of memory, say: whoever waits must hear of it, and the next one tries anew
      forget(name);
      promise.set_exception(std::current_exception());
      throw;
    }
  }

 private:
  void forget(const std::string& name) {
    std::lock_guard lock(mutex_);
    under_way_.erase(name);
  }

  std::mutex mutex_;
  std::map<std::string, std::shared_future<Value>> under_way_;
};

}  // namespace

struct ObjectMirror::State {
  struct Part {
    uint64_t size = 0;
    Moment used_at{};
  };
  struct Recipe {
    std::string text;
    std::string version;
    Moment asked_at{};
  };

  struct Damage {
    Error error;
    Moment seen_at{};
  };

  State(upload::Store& the_store, std::filesystem::path the_folder, uint64_t most, Pause& the_pause, FileLock the_lock)
      : store(the_store),
        folder(std::move(the_folder)),
        most_bytes(most),
        pause(the_pause),
        lock(std::move(the_lock)) {}

  std::filesystem::path path_of(std::string_view part) const { return folder / part.substr(0, 2) / part; }

  Result<void> count_parts() {
    std::vector<std::pair<std::filesystem::file_time_type, std::filesystem::path>> found;
    std::error_code code;
    for (const std::filesystem::path& path : TRY(files_below(folder))) {
      if (path.extension() == kArriving) std::filesystem::remove(path, code);  // of a server that died
      if (encode::is_part_name(path.filename().string()))
        found.emplace_back(std::filesystem::last_write_time(path, code), path);
    }
    std::sort(found.begin(), found.end());
    // All long ago, but in their order.
    Moment used_at = pause.now() - kMayBeInUse - std::chrono::milliseconds(found.size());
    for (const auto& [written, path] : found) {
      uint64_t size = std::filesystem::file_size(path, code);
      parts[path.filename().string()] = {size, used_at += std::chrono::milliseconds(1)};
      bytes += size;
    }
    std::lock_guard held(mutex);
    make_room();
    return {};
  }

  // Under the mutex.
  void make_room() {
    while (bytes > most_bytes) {
      auto oldest = std::min_element(parts.begin(), parts.end(),
                                     [](const auto& a, const auto& b) { return a.second.used_at < b.second.used_at; });
      if (oldest == parts.end() || pause.now() - oldest->second.used_at < kMayBeInUse) return;
      std::error_code code;
      std::filesystem::remove(path_of(oldest->first), code);
      bytes -= oldest->second.size;
      parts.erase(oldest);
    }
  }

  bool has(std::string_view part) {
    std::lock_guard held(mutex);
    auto found = parts.find(part);
    if (found == parts.end()) return false;
    found->second.used_at = pause.now();
    return true;
  }

  Result<std::filesystem::path> fetch(const std::string& part) {
    if (has(part)) return path_of(part);  // it came while we were on our way
    if (auto known = known_damage(part)) return tl::unexpected(std::move(*known));
    std::filesystem::path path = path_of(part);
    TRY_VOID(make_folder(path.parent_path()));
    // Under its own name only once it was compared: what lies there is served unasked, also after a restart.
    std::filesystem::path arriving = path;
    arriving += kArriving;
    auto got = store.get_file(upload::part_object(part), arriving);
    auto digest = got ? sha256_file(arriving) : tl::unexpected(got.error());
    std::error_code code;
    if (digest && to_hex(*digest) == part) {
      uint64_t size = std::filesystem::file_size(arriving, code);
      std::filesystem::rename(arriving, path, code);
      if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot write {}", path.string())));
      std::lock_guard held(mutex);
      parts[part] = {size, pause.now()};
      bytes += size;
      make_room();
      return path;
    }
    std::filesystem::remove(arriving, code);
    // Some stores compare what came themselves, and read it several times before they say so.
    if (!digest && digest.error().kind() != ErrorKind::Corrupt) return tl::unexpected(digest.error());
    std::string what = fmt::format("{} holds another content than part {} has", store.describe(), part);
    return tl::unexpected(remember_damage(
        part, digest ? Error(ErrorKind::Corrupt, std::move(what), "candid publish --verify, or remove the object")
                     : digest.error().wrapped(std::move(what))));
  }

  Error remember_damage(const std::string& part, Error damage) {
    std::lock_guard held(mutex);
    if (damaged.size() >= kMostDamaged) damaged.clear();
    damaged.insert_or_assign(part, Damage{damage, pause.now()});
    return damage;
  }

  // Every request for a damaged part would fetch all of it again, several times.
  std::optional<Error> known_damage(const std::string& part) {
    std::lock_guard held(mutex);
    auto found = damaged.find(part);
    if (found == damaged.end()) return std::nullopt;
    if (pause.now() - found->second.seen_at < kDamageLasts) return found->second.error;
    damaged.erase(found);
    return std::nullopt;
  }

  // A recipe as it is, or was seconds ago; as it was before where the store does not answer.
  Result<Recipe> recipe(const std::string& edition) {
    auto known = known_recipe(edition);
    if (known && pause.now() - known->asked_at < kRecipeLasts) return std::move(*known);
    return recipes_coming.get(edition, [&]() -> Result<Recipe> {
      auto bytes_of_it = store.get(recipe_object(edition));
      if (!bytes_of_it && known && bytes_of_it.error().kind() != ErrorKind::NotFound) {
        log::warning("serve", fmt::format("a recipe could not be asked for again: {}", bytes_of_it.error().describe()));
        return remember(edition, std::move(known->text));
      }
      if (!bytes_of_it) return forget(edition, bytes_of_it.error());
      return remember(edition, std::string(bytes_of_it->begin(), bytes_of_it->end()));
    });
  }

  std::optional<Recipe> known_recipe(const std::string& edition) {
    std::lock_guard held(mutex);
    auto found = recipes.find(edition);
    return found == recipes.end() ? std::nullopt : std::optional(found->second);
  }

  Recipe remember(const std::string& edition, std::string text) {
    std::string version = to_hex(sha256(text));
    Recipe recipe{std::move(text), std::move(version), pause.now()};
    std::lock_guard held(mutex);
    if (recipes.size() >= kMostRecipes) recipes.clear();
    recipes[edition] = recipe;
    return recipe;
  }

  Result<Recipe> forget(const std::string& edition, const Error& error) {
    std::lock_guard held(mutex);
    recipes.erase(edition);
    return tl::unexpected(error);
  }

  upload::Store& store;
  const std::filesystem::path folder;
  const uint64_t most_bytes;
  Pause& pause;
  FileLock lock;
  std::mutex mutex{};
  std::map<std::string, Part, std::less<>> parts{};
  std::map<std::string, Recipe> recipes{};
  std::map<std::string, Damage> damaged{};
  uint64_t bytes = 0;
  Once<Result<std::filesystem::path>> parts_coming{};
  Once<Result<Recipe>> recipes_coming{};
};

ObjectMirror::ObjectMirror(std::unique_ptr<State> state) : state_(std::move(state)) {}
ObjectMirror::~ObjectMirror() = default;

Result<std::unique_ptr<ObjectMirror>> ObjectMirror::open(upload::Store& store, const std::filesystem::path& folder,
                                                         uint64_t most_bytes, Pause& pause) {
  TRY_VOID(make_folder(folder));
  auto lock = FileLock::try_acquire(folder / "lock");
  if (!lock && lock.error().kind() == ErrorKind::Exists) {
    return fail(ErrorKind::Exists, fmt::format("another server keeps its copies in {}", folder.string()),
                "end it, or give this one a folder of its own: --data DIR");
  }
  if (!lock) return tl::unexpected(lock.error());
  TRY_VOID(remove_abandoned_files(folder));
  auto state = std::make_unique<State>(store, folder, most_bytes, pause, std::move(*lock));
  TRY_VOID(state->count_parts());
  return std::unique_ptr<ObjectMirror>(new ObjectMirror(std::move(state)));
}

Result<std::filesystem::path> ObjectMirror::part(std::string_view sha256) {
  if (!encode::is_part_name(sha256)) return fail(ErrorKind::NotFound, "no part has such a name");
  if (state_->has(sha256)) return state_->path_of(sha256);
  std::string name(sha256);
  return state_->parts_coming.get(name, [&] { return state_->fetch(name); });
}

bool ObjectMirror::keeps(std::span<const std::string> parts) {
  // Each of them is touched, whatever the others are.
  size_t there = 0;
  for (const std::string& part : parts) there += state_->has(part) ? 1 : 0;
  return there == parts.size();
}

Result<std::string> ObjectMirror::recipe_version(std::string_view edition) {
  return TRY(state_->recipe(std::string(edition))).version;
}

Result<std::string> ObjectMirror::recipe_text(std::string_view edition) {
  return TRY(state_->recipe(std::string(edition))).text;
}

}  // namespace candid::campaign
