#pragma once
// The dashboard's pages, from assets/pages/dashboard*. Each is one HTML file with its style and script in it, and can
// be read without the script. Internal to track.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "track/dashboard/campaign_view.h"
#include "track/dashboard/session_cookie.h"
#include "track/ledger/ledger.h"
#include "track/replies/reply_videos.h"

namespace candid::track {

// What every page has around it.
struct PageFrame {
  std::string
      path;  // of the request, "/r/c/ID": all addresses are relative to it, as a proxy may show us below another
  std::string nonce;              // of the Content-Security-Policy
  std::string edition{};          // which news the page knows
  std::optional<SignedIn> who{};  // nothing: the page to sign in
};

// "../../r" for "/r/c/ID": the way to /r from a path.
std::string way_to_root(std::string_view path);

enum class LoginNotice { None, Wrong, TooOld, Insecure };
struct LoginPage {
  LoginNotice notice = LoginNotice::None;
  std::string form_token{};
  std::string to{};  // the path that was asked for
};
Result<std::string> render_login(const PageFrame& frame, const LoginPage& page);

struct OverviewEntry {
  CampaignSummary campaign{};
  std::optional<CampaignFigures> figures{};  // nothing: there was no time to read so many candidates
};
Result<std::string> render_overview(const PageFrame& frame, const std::vector<OverviewEntry>& campaigns);

inline constexpr size_t kRowsOfPage = 200;
struct ListChoice {
  size_t page = 1;       // from 1
  std::string search{};  // in names, ids and mail addresses, whatever the case
};
// "page=2&q=ana"; what makes no sense is left out.
ListChoice read_choice(std::string_view query);
Result<std::string> render_campaign(const PageFrame& frame, const CampaignView& view, const ListChoice& choice);

struct CandidatePage {
  const CampaignView& campaign;
  const CandidateRow& row;
  const CandidateView& view;
  const SaidInFull& said;
  // Those of the replies by video that are known.
  const std::vector<ReplyVideo>& videos;
};
Result<std::string> render_candidate(const PageFrame& frame, const CandidatePage& page);

}  // namespace candid::track
