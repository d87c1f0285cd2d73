#pragma once
// A row taken out of a CSV file, all other bytes left as they are: whatever encoding, separator and line ends the
// spreadsheet chose.

#include <filesystem>
#include <string>

#include "core/digest.h"
#include "core/error.h"

namespace candid::campaign {

// A row by what it says, so that a file that was changed meanwhile loses this one and no other.
struct RosterRow {
  int line = 0;          // where it began; of several that are equal this one is meant
  std::string digest{};  // SHA-256 of its bytes without its line end, hexadecimal
};

// The row that begins in this line. NotFound where none does.
Result<RosterRow> find_row(const std::filesystem::path& csv, int line);
// Whether it was there, in whatever line. The file appears anew, by rename.
Result<bool> remove_row(const std::filesystem::path& csv, const RosterRow& row);

}  // namespace candid::campaign
