#include "campaign/kits.h"

#include <fmt/format.h>

#include "campaign/embedded.h"
#include "core/encoding.h"
#include "core/files.h"
#include "core/random.h"
#include "core/suggest.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

// Every kit has its campaign.toml and script; the rest is common to all, unless the kit has its own.
constexpr std::string_view kCommon = "common/";

// Two campaigns from one kit must not be taken for one: the id goes before the first key.
std::string with_own_id(std::string_view toml, const std::string& kit) {
  std::string text(toml);
  text.insert(text.find("name ="),
              fmt::format("id = \"{}_{}\"  # of this campaign alone: a copy of the folder needs another\n",
                          identifier(kit), to_hex(random_bytes(4))));
  return text;
}

}  // namespace

std::vector<Kit> kits() {
  std::vector<Kit> found;
  for (const auto& [path, content] : kit_assets()) {
    if (!path.ends_with("/campaign.toml")) continue;
    std::string_view first_line = content.substr(0, content.find('\n'));
    if (first_line.starts_with("# ")) first_line.remove_prefix(2);
    found.push_back({std::string(path.substr(0, path.find('/'))), std::string(first_line)});
  }
  return found;
}

Result<std::vector<std::filesystem::path>> start_campaign(const std::filesystem::path& folder, const std::string& kit) {
  std::vector<std::string> names;
  for (const Kit& known : kits()) names.push_back(known.name);
  if (std::find(names.begin(), names.end(), kit) == names.end()) {
    return fail(ErrorKind::InvalidInput, fmt::format("there is no kit \"{}\"", shorten(kit, 40)),
                "kits: " + join(names));
  }
  std::error_code code;
  if (std::filesystem::exists(folder, code) &&
      (!std::filesystem::is_directory(folder, code) || !std::filesystem::is_empty(folder, code))) {
    return fail(ErrorKind::Exists, fmt::format("{} exists and is not an empty folder", folder.string()),
                "choose a new folder");
  }
  std::map<std::string, std::string_view> files;
  const std::string own = kit + "/";
  for (std::string_view source : {kCommon, std::string_view(own)}) {
    for (const auto& [path, content] : kit_assets()) {
      if (path.starts_with(source)) files[std::string(path.substr(source.size()))] = content;
    }
  }
  std::vector<std::filesystem::path> written;
  for (const auto& [name, content] : files) {
    std::filesystem::path path = folder / name;
    TRY_VOID(make_folder(path.parent_path()));
    TRY_VOID(write_file(path, name == "campaign.toml" ? with_own_id(content, kit) : std::string(content)));
    written.push_back(std::move(path));
  }
  TRY_VOID(make_folder(folder / "takes"));
  return written;
}

}  // namespace candid::campaign
