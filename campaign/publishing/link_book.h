#pragma once
// out/links.csv, which people mail from, and out/links-held.csv, with the links of messages that were held since, where
// no mail merge finds them. Whoever reads them can open every link: mode 0600.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "campaign/workspace.h"
#include "core/error.h"

namespace candid::campaign {

struct BookedLink {
  std::string candidate_id{};
  std::string name{};
  std::string email{};
  std::string url{};
  std::string message_id{};
  std::string file{};      // of the video, below out/
  std::string expires{};   // "2026-12-31T00:00:00Z"; empty: never
  std::string passcode{};  // empty: none is asked for
  bool is_held = false;

  // "" when the link is not one of ours.
  std::string token() const;
};

std::string link_url(const std::string& server, const std::string& token);
// The token at the end of a link, whatever query follows it; "" when it is not one of ours.
std::string token_of(const std::string& url);

// The files of a campaign's out/.
struct LinkFiles {
  std::filesystem::path open;
  std::filesystem::path held;
};
LinkFiles link_files(const Workspace& workspace);

// By message id; columns are found by name, in any order. What cannot be read is as good as absent.
std::map<std::string, BookedLink> read_links(const LinkFiles& files);
// Replaces both files. The held ones come first: a link must not be lost between them.
Result<void> write_links(const LinkFiles& files, const std::vector<BookedLink>& links);

}  // namespace candid::campaign
