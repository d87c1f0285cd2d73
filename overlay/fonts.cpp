#include "overlay/fonts.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <fontconfig/fontconfig.h>
#include <pango/pango.h>

#include "core/suggest.h"
#include "core/text.h"

namespace candid::overlay {
namespace {

constexpr const char* kFallbacks[] = {"Noto Sans", "Noto Sans CJK SC", "Noto Sans Arabic", "Noto Sans Hebrew"};
// Not in the list: it has digits of its own, in emoji width. Pango turns to it by itself where an emoji stands.
constexpr const char* kEmoji = "Noto Color Emoji";

template <auto Free>
struct FreeFc {
  template <typename T>
  void operator()(T* handle) const {
    Free(handle);
  }
};
using PatternPtr = std::unique_ptr<FcPattern, FreeFc<FcPatternDestroy>>;

std::mutex& fontconfig_mutex() {
  static std::mutex mutex;
  return mutex;
}

std::set<std::string> installed_families() {
  PatternPtr any(FcPatternCreate());
  std::unique_ptr<FcObjectSet, FreeFc<FcObjectSetDestroy>> wanted(FcObjectSetBuild(FC_FAMILY, nullptr));
  std::unique_ptr<FcFontSet, FreeFc<FcFontSetDestroy>> fonts(FcFontList(nullptr, any.get(), wanted.get()));
  std::set<std::string> families;
  for (int i = 0; fonts && i < fonts->nfont; ++i) {
    FcChar8* name = nullptr;
    for (int n = 0; FcPatternGetString(fonts->fonts[i], FC_FAMILY, n, &name) == FcResultMatch; ++n) {
      families.insert(reinterpret_cast<const char*>(name));
    }
  }
  return families;
}

}  // namespace

Result<std::string> add_font_file(const std::filesystem::path& path) {
  std::lock_guard lock(fontconfig_mutex());
  const auto* name = reinterpret_cast<const FcChar8*>(path.c_str());
  int faces = 0;
  PatternPtr face(FcFreeTypeQuery(name, 0, nullptr, &faces));
  FcChar8* family = nullptr;
  if (!face || FcPatternGetString(face.get(), FC_FAMILY, 0, &family) != FcResultMatch) {
    return fail(ErrorKind::InvalidInput, fmt::format("{} is not a font that can be read", path.string()),
                "give a TrueType or OpenType file (.ttf, .otf)");
  }
  if (FcConfigAppFontAddFile(nullptr, name) == FcFalse) {
    return fail(ErrorKind::Internal, fmt::format("cannot add the font {}", path.string()));
  }
  return std::string(reinterpret_cast<const char*>(family));
}

Result<void> require_family(const std::string& family) {
  std::lock_guard lock(fontconfig_mutex());
  std::set<std::string> families = installed_families();
  std::string wanted = to_lower(family);
  for (const std::string& name : families) {
    if (to_lower(name) == wanted) return {};
  }
  std::vector<std::string> names(families.begin(), families.end());
  std::string near = closest(family, names);
  return fail(ErrorKind::NotFound, fmt::format("no font family \"{}\" is installed", family),
              near.empty()
                  ? "install the font, or give its file as font_file (fc-list : family shows what is installed)"
                  : fmt::format("did you mean \"{}\"? Or give the font's file as font_file", near));
}

std::string family_list(const std::string& family) {
  std::string list = family;
  for (const char* fallback : kFallbacks) {
    if (family != fallback) list += fmt::format("{}{}", list.empty() ? "" : ",", fallback);
  }
  return list;
}

std::string font_identity(const std::string& family) {
  std::lock_guard lock(fontconfig_mutex());
  std::string identity = fmt::format("pango {}", pango_version_string());
  std::vector<std::string> families = {family, kEmoji};
  families.insert(families.end(), std::begin(kFallbacks), std::end(kFallbacks));
  for (const std::string& name : families) {
    PatternPtr wanted(FcPatternCreate());
    FcPatternAddString(wanted.get(), FC_FAMILY, reinterpret_cast<const FcChar8*>(name.c_str()));
    FcConfigSubstitute(nullptr, wanted.get(), FcMatchPattern);
    FcDefaultSubstitute(wanted.get());
    FcResult result = FcResultNoMatch;
    PatternPtr found(FcFontMatch(nullptr, wanted.get(), &result));
    FcChar8* file = nullptr;
    int version = 0;
    if (found && FcPatternGetString(found.get(), FC_FILE, 0, &file) == FcResultMatch) {
      FcPatternGetInteger(found.get(), FC_FONTVERSION, 0, &version);
      std::filesystem::path path(reinterpret_cast<const char*>(file));
      std::error_code unknown;
      identity += fmt::format("; {} {} {} {}", name, path.filename().string(), version,
                              std::filesystem::file_size(path, unknown));
    }
  }
  return identity;
}

std::vector<std::string> missing_fallback_families() {
  std::lock_guard lock(fontconfig_mutex());
  std::set<std::string> families = installed_families();
  std::vector<std::string> missing;
  for (const char* fallback : kFallbacks) {
    if (!families.contains(fallback)) missing.emplace_back(fallback);
  }
  if (!families.contains(kEmoji)) missing.emplace_back(kEmoji);
  return missing;
}

}  // namespace candid::overlay
