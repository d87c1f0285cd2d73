#include "campaign/publishing/link_book.h"

#include <algorithm>
#include <array>

#include "core/csv.h"
#include "core/files.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

constexpr std::string_view kViewPath = "/v/";

struct Column {
  const char* name;
  std::string BookedLink::*cell;
};

constexpr std::array<Column, 8> kColumns = {{{"id", &BookedLink::candidate_id},
                                             {"name", &BookedLink::name},
                                             {"email", &BookedLink::email},
                                             {"link", &BookedLink::url},
                                             {"message", &BookedLink::message_id},
                                             {"file", &BookedLink::file},
                                             {"expires", &BookedLink::expires},
                                             {"passcode", &BookedLink::passcode}}};

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

void add_links(const std::filesystem::path& file, bool are_held, std::map<std::string, BookedLink>& links) {
  auto table = read_csv(file);
  if (!table) return;
  const std::vector<std::string>& header = table->header.cells;
  for (const CsvRow& row : table->rows) {
    BookedLink link;
    link.is_held = are_held;
    for (const Column& column : kColumns) {
      auto at = static_cast<size_t>(std::find(header.begin(), header.end(), column.name) - header.begin());
      if (at < std::min(header.size(), row.cells.size())) link.*column.cell = unguarded(row.cells[at]);
    }
    // Of two lines about one message the first counts, as in the files of earlier versions.
    if (!link.message_id.empty() && !link.token().empty()) links.emplace(link.message_id, std::move(link));
  }
}

std::string text_of(const std::vector<BookedLink>& links, bool held) {
  std::vector<std::string> cells;
  for (const Column& column : kColumns) cells.emplace_back(column.name);
  std::string csv = csv_row(cells);
  for (const BookedLink& link : links) {
    if (link.is_held != held) continue;
    for (size_t i = 0; i < kColumns.size(); ++i) cells[i] = link.*kColumns[i].cell;
    csv += csv_row(cells);
  }
  return csv;
}

}  // namespace

std::string link_url(const std::string& server, const std::string& token) {
  return server + std::string(kViewPath) + token;
}

std::string token_of(const std::string& url) {
  // Mailers and chats add to a link: "…?utm_source=1", "…#", "…/".
  std::string path = trim(url.substr(0, url.find_first_of("?#")));
  size_t at = path.rfind(kViewPath);
  if (at == std::string::npos) return "";
  std::string token = path.substr(at + kViewPath.size());
  if (token.ends_with('/')) token.pop_back();
  return token.size() <= 64 && std::all_of(token.begin(), token.end(), is_token_character) ? token : "";
}

std::string BookedLink::token() const {
  return token_of(url);
}

LinkFiles link_files(const Workspace& workspace) {
  return {workspace.links_file(), workspace.held_links_file()};
}

std::map<std::string, BookedLink> read_links(const LinkFiles& files) {
  std::map<std::string, BookedLink> links;
  add_links(files.held, true, links);
  add_links(files.open, false, links);
  return links;
}

Result<void> write_links(const LinkFiles& files, const std::vector<BookedLink>& links) {
  bool has_held = std::any_of(links.begin(), links.end(), [](const BookedLink& link) { return link.is_held; });
  if (has_held) TRY_VOID(write_file(files.held, text_of(links, true), FileMode::Private));
  TRY_VOID(write_file(files.open, text_of(links, false), FileMode::Private));
  return has_held ? Result<void>() : remove_file(files.held);
}

}  // namespace candid::campaign
