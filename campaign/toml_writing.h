#pragma once
// What the edits of TOML text share: how keys and values are written, and the proof that nothing else changed. Internal
// to campaign.

#include <string>
#include <string_view>
#include <vector>

#include "campaign/toml_document.h"
#include "campaign/toml_edit.h"
#include "campaign/toml_scan.h"

namespace candid::campaign {

// As TOML text. A value fails with InvalidInput where TOML has no way to say it: text that is not UTF-8, a number that
// is none.
Result<std::string> value_text(const TomlValue& value);
std::string key_text(const TomlPath& path);  // quoted where it must be: a."b c"
Result<std::string> lines_text(const TomlFields& fields, std::string_view line_break);  // without the last break

// The line break that the text has.
std::string_view line_break_of(std::string_view text);
// Adds lines to the text's end, apart from what stands there by a blank line.
std::string with_lines_at_end(std::string_view text, std::string_view lines);

// The text as a document; InvalidInput with the line where it is none.
Result<toml::table> document_of(std::string_view text);
// The table at a place, or null. With `make`, tables that are missing are made.
toml::table* table_at(toml::table& root, const TomlPlace& place, bool make = false);
void put_value(toml::table& table, const std::string& key, const TomlValue& value);

// The text, if it says the same as one of the documents; else Unsupported.
Result<std::string> proven_text(std::string text, const std::vector<toml::table>& expected);

}  // namespace candid::campaign
