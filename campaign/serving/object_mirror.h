#pragma once
// Copies of a remote store's objects on this machine's disk. A part is fetched once however many ask for it, compared
// with its SHA-256, and kept until room is needed: what was used longest ago goes first. One that is not what its
// digest says is asked for again after a minute. A recipe is kept in memory, and asked for again after a few seconds.

#include <filesystem>
#include <memory>

#include "campaign/serving/object_files.h"
#include "core/pause.h"
#include "upload/store.h"

namespace candid::campaign {

class ObjectMirror final : public ObjectFiles {
 public:
  // Makes the folder where it is missing, and counts what lies there from before. At most `most_bytes` lie there, but
  // for what was used within the last minute, as somebody may be reading it. Exists while another server uses the
  // folder. Store and pause outlive the mirror.
  static Result<std::unique_ptr<ObjectMirror>> open(upload::Store& store, const std::filesystem::path& folder,
                                                    uint64_t most_bytes, Pause& pause = Pause::system());
  ~ObjectMirror() override;

  Result<std::filesystem::path> part(std::string_view sha256) override;
  bool keeps(std::span<const std::string> parts) override;
  Result<std::string> recipe_version(std::string_view edition) override;
  Result<std::string> recipe_text(std::string_view edition) override;

 private:
  struct State;
  explicit ObjectMirror(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace candid::campaign
