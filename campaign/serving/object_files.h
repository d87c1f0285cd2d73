#pragma once
// A store's objects as files of this machine, so that they can be served in place: a folder store's as they lie, a
// remote store's as copies (object_mirror.h). Thread-safe.

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "core/error.h"
#include "upload/folder_store.h"

namespace candid::campaign {

class ObjectFiles {
 public:
  virtual ~ObjectFiles() = default;
  // Where a part lies, whole; NotFound when there is none. Parts never change.
  virtual Result<std::filesystem::path> part(std::string_view sha256) = 0;
  // Whether all of these, which part() gave before, still lie there; and they are kept a while longer.
  virtual bool keeps(std::span<const std::string> parts) = 0;
  // Differs whenever the recipe does. What is seen of a change may be some seconds late.
  virtual Result<std::string> recipe_version(std::string_view edition) = 0;
  virtual Result<std::string> recipe_text(std::string_view edition) = 0;
};

class FolderFiles final : public ObjectFiles {
 public:
  explicit FolderFiles(const upload::FolderStore& store) : store_(store) {}
  Result<std::filesystem::path> part(std::string_view sha256) override;
  bool keeps(std::span<const std::string>) override { return true; }
  Result<std::string> recipe_version(std::string_view edition) override;
  Result<std::string> recipe_text(std::string_view edition) override;

 private:
  const upload::FolderStore& store_;
};

}  // namespace candid::campaign
