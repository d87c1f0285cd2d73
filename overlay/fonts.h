#pragma once
// Which fonts there are. Text falls back family by family, so that one line may mix scripts.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace candid::overlay {

// Makes a font file (TrueType, OpenType) usable by this process and returns its family name. Call it
// before any text is drawn: a thread's font map does not look again. Thread-safe.
Result<std::string> add_font_file(const std::filesystem::path& path);

// Fails with NotFound, naming near families, when no installed font has exactly this family name.
Result<void> require_family(const std::string& family);

enum class FontWeight { Regular, Bold };
// The file that stands for an installed family, for whoever draws letters by other means. NotFound as above.
Result<std::filesystem::path> font_file(const std::string& family, FontWeight weight);

// The language that text is shaped in: Japanese and Korean tell themselves by their own letters; all else, as Han
// alone, is `language`.
std::string shaping_language(std::string_view text, const std::string& language);

// A Pango family list: `family` first, then the Noto families that cover the other scripts, serif ones after a serif,
// and the Han shapes of the language (BCP 47: ja, ko, zh-TW, zh-HK, else those of zh-CN) before others.
std::string family_list(const std::string& family, const std::string& language = "en");

// Changes when the glyphs may: of each family in family_list(), which file and version stands for it here, and of the
// text libraries. Equal on machines with the same fonts.
std::string font_identity(const std::string& family, const std::string& language);

// The Debian package that brings a font with this character; empty when none is known to, as for private characters.
std::string package_for(char32_t character);

// The families that family_list() relies on and that are not installed; empty when all is well (candid doctor).
std::vector<std::string> missing_fallback_families();

}  // namespace candid::overlay
