#include "track/dashboard/page_frame.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/encoding.h"
#include "track/dashboard/words.h"
#include "track/pages/page_assets.h"

namespace candid::track {

std::string way_to_root(std::string_view path) {
  std::string way;
  for (auto folders = std::count(path.begin(), path.end(), '/'); folders > 1; --folders) way += "../";
  return way + "r";
}

Result<std::string> framed(const PageFrame& frame, std::string_view name, const std::string& title, PageValues values) {
  values.texts["root"] = way_to_root(frame.path);
  values.texts["edition"] = frame.edition;
  PageValues around;
  around.texts["content"] = TRY(render_template(name, values));
  around.texts["root"] = values.texts["root"];
  around.texts["edition"] = frame.edition;
  around.texts["title"] = title;
  around.texts["nonce"] = frame.nonce;
  around.texts["style"] = page_assets().at("dashboard.css");
  around.texts["script"] = page_assets().at("dashboard.js");
  around.flags["signed_in"] = frame.who.has_value();
  around.texts["form_token"] = frame.who ? frame.who->form_token : "";
  around.texts["token_name"] = frame.who ? frame.who->token_name : "";
  return render_template("dashboard_frame.html", around);
}

void set_time(PageValues& values, const std::string& name, const std::optional<UtcTime>& time) {
  values.flags["has_" + name] = time.has_value();
  values.texts[name] = time ? time_in_words(*time) : "";
  values.texts[name + "_iso"] = time ? format_utc(*time) : "";
}

void set_state(PageValues& values, ViewState state, const std::string& reason, double seconds, double fraction) {
  values.texts["state"] = state_in_words(state);
  values.texts["state_word"] = to_string(state);
  values.texts["tone"] = tone_of(state);
  values.texts["reason"] = reason;
  values.flags["has_watched"] = seconds > 0;
  values.texts["watched"] = fmt::format("{:.0f} s", seconds);
  // Cut, as the verdict's own words are: 89.9 % is not yet 90.
  values.texts["percent"] = fmt::format("{:.0f}", std::floor(std::clamp(fraction * 100 + 1e-6, 0.0, 100.0)));
}

const std::string& shown_name(const MessageRecord& message) {
  return message.candidate_name.empty() ? message.candidate_id : message.candidate_name;
}

// A dot, too: "ID.csv" is another address than that of a campaign whose id ends so.
std::string path_part(std::string_view id) {
  std::string encoded;
  for (char c : percent_encode(id)) encoded += c == '.' ? std::string("%2E") : std::string(1, c);
  return encoded;
}

}  // namespace candid::track
