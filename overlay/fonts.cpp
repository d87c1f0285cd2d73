#include "overlay/fonts.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <fontconfig/fontconfig.h>
#include <glib.h>
#include <pango/pango.h>

#include "core/suggest.h"
#include "core/text.h"

namespace candid::overlay {
namespace {

// Shapes of Han characters, by what comes last in the names of Noto's CJK families.
const char* han_variant(const std::string& language) {
  std::string tag = to_lower(language);
  auto speaks = [&](std::string_view prefix) {
    return tag.starts_with(prefix) && (tag.size() == prefix.size() || tag[prefix.size()] == '-');
  };
  if (speaks("ja")) return "JP";
  if (speaks("ko")) return "KR";
  if (speaks("zh-hk") || speaks("zh-hant-hk") || speaks("yue")) return "HK";
  if (speaks("zh-tw") || speaks("zh-hant") || speaks("zh-mo")) return "TC";
  return "SC";
}

// What text falls back to after the family that was asked for, in this order.
std::vector<std::string> fallbacks(const std::string& family, const std::string& language) {
  const std::string style = family.find("Serif") != std::string::npos ? "Serif" : "Sans";
  std::vector<std::string> families = {fmt::format("Noto {}", style),
                                       fmt::format("Noto {} CJK {}", style, han_variant(language))};
  // Urdu is read in the hanging Nastaliq hand.
  if (language == "ur" || language.starts_with("ur-")) families.emplace_back("Noto Nastaliq Urdu");
  families.emplace_back(style == "Serif" ? "Noto Naskh Arabic" : "Noto Sans Arabic");
  families.push_back(fmt::format("Noto {} Hebrew", style));
  if (style == "Serif") families.emplace_back("Noto Sans");
  return families;
}

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

Result<std::filesystem::path> font_file(const std::string& family, FontWeight weight) {
  TRY_VOID(require_family(family));
  std::lock_guard lock(fontconfig_mutex());
  PatternPtr wanted(FcPatternCreate());
  FcPatternAddString(wanted.get(), FC_FAMILY, reinterpret_cast<const FcChar8*>(family.c_str()));
  FcPatternAddInteger(wanted.get(), FC_WEIGHT, weight == FontWeight::Bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR);
  FcConfigSubstitute(nullptr, wanted.get(), FcMatchPattern);
  FcDefaultSubstitute(wanted.get());
  FcResult result = FcResultNoMatch;
  PatternPtr found(FcFontMatch(nullptr, wanted.get(), &result));
  FcChar8* file = nullptr;
  if (!found || FcPatternGetString(found.get(), FC_FILE, 0, &file) != FcResultMatch)
    return fail(ErrorKind::NotFound, fmt::format("no file holds the font family \"{}\"", family));
  return std::filesystem::path(reinterpret_cast<const char*>(file));
}

std::string shaping_language(std::string_view text, const std::string& language) {
  for (const char* at = text.data(); at < text.data() + text.size(); at = g_utf8_next_char(at)) {
    gunichar c = g_utf8_get_char_validated(at, text.data() + text.size() - at);
    if (c >= 0xFFFFFFFE) break;
    GUnicodeScript script = g_unichar_get_script(c);
    if (script == G_UNICODE_SCRIPT_HIRAGANA || script == G_UNICODE_SCRIPT_KATAKANA) return "ja";
    if (script == G_UNICODE_SCRIPT_HANGUL) return "ko";
  }
  return language;
}

std::string family_list(const std::string& family, const std::string& language) {
  std::string list = family;
  for (const std::string& fallback : fallbacks(family, language)) {
    if (family != fallback) list += fmt::format("{}{}", list.empty() ? "" : ",", fallback);
  }
  return list;
}

std::string font_identity(const std::string& family, const std::string& language) {
  std::lock_guard lock(fontconfig_mutex());
  std::string identity = fmt::format("pango {}", pango_version_string());
  std::vector<std::string> families = {family, kEmoji};
  for (const std::string& tag : {language, std::string("ja"), std::string("ko")}) {
    for (std::string& fallback : fallbacks(family, tag)) families.push_back(std::move(fallback));
  }
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

std::string package_for(char32_t character) {
  gunichar c = character;
  GUnicodeType type = g_unichar_type(c);
  if (type == G_UNICODE_PRIVATE_USE || type == G_UNICODE_UNASSIGNED || type == G_UNICODE_CONTROL ||
      type == G_UNICODE_SURROGATE)
    return {};
  switch (g_unichar_get_script(c)) {
    case G_UNICODE_SCRIPT_HAN:
      // What Noto leaves out of the extensions B and later.
      return c < 0x20000 ? "fonts-noto-cjk" : "fonts-hanazono";
    case G_UNICODE_SCRIPT_HIRAGANA:
    case G_UNICODE_SCRIPT_KATAKANA:
    case G_UNICODE_SCRIPT_HANGUL:
    case G_UNICODE_SCRIPT_BOPOMOFO:
      return "fonts-noto-cjk";
    case G_UNICODE_SCRIPT_COMMON:
      if (c >= 0x1F000) return "fonts-noto-color-emoji";
      return type == G_UNICODE_OTHER_SYMBOL ? "fonts-symbola" : "fonts-noto-core";
    default:
      return "fonts-noto-core";
  }
}

std::vector<std::string> missing_fallback_families() {
  std::lock_guard lock(fontconfig_mutex());
  std::set<std::string> families = installed_families();
  std::vector<std::string> missing;
  for (const std::string& fallback : fallbacks("", "en")) {
    if (!families.contains(fallback)) missing.push_back(fallback);
  }
  if (!families.contains(kEmoji)) missing.emplace_back(kEmoji);
  return missing;
}

}  // namespace candid::overlay
