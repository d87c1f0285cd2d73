// One candidate: what they said, what they watched, and why we believe it.

#include <algorithm>

#include <fmt/format.h>

#include "track/dashboard/page_frame.h"
#include "track/dashboard/watched_curve.h"
#include "track/dashboard/words.h"
#include "track/evidence/explain.h"
#include "track/evidence/watched_heights.h"

namespace candid::track {
namespace {

constexpr size_t kMostVisits = 100;

void set_reply_video(PageValues& values, const Reply& reply, const CandidatePage& page) {
  auto found = std::find_if(page.videos.begin(), page.videos.end(),
                            [&](const ReplyVideo& video) { return video.id == reply.video_id; });
  const bool is_known = !reply.video_id.empty() && found != page.videos.end();
  const bool is_ready = is_known && found->state == ReplyVideoState::Ready;
  values.flags["has_video"] = is_ready;
  values.flags["is_waiting"] = is_known && found->state == ReplyVideoState::Waiting;
  values.flags["is_unreadable"] = !reply.video_id.empty() && !is_ready && !values.flags["is_waiting"];
  // By the browser relative to the page, ".../m/MESSAGE".
  values.texts["video"] = fmt::format("{}/reply/{}.mp4", path_part(page.row.message.message_id), reply.video_id);
  values.texts["width"] = is_ready ? fmt::to_string(found->width) : "";
  values.texts["height"] = is_ready ? fmt::to_string(found->height) : "";
  values.texts["length"] = is_ready ? position(std::chrono::duration<double>(found->duration).count()) : "";
}

PageValues values_of(const Reply& reply, const CandidatePage& page) {
  PageValues values;
  set_time(values, "at", reply.at);
  values.texts["text"] = reply.text;
  values.flags["has_text"] = !reply.text.empty();
  set_reply_video(values, reply, page);
  values.texts["told"] = fmt::format("{} replied", shown_name(page.row.message));
  return values;
}

PageValues values_of(const SessionVerdict& session, size_t number) {
  PageValues values;
  set_state(values, session.state, session.reason, session.watched_seconds, session.watched_fraction);
  set_time(values, "first", session.first);
  set_time(values, "last", session.last);
  values.flags["lasted"] = session.last - session.first >= std::chrono::minutes(1);
  values.texts["number"] = fmt::to_string(number);
  values.texts["told"] = fmt::format("visit {}: {}", number, values.texts["state"]);
  for (const std::string& fact : explain(session)) values.lists["facts"].push_back({{"fact", fact}});
  return values;
}

void set_said(PageValues& values, const CandidatePage& page) {
  const SaidInFull& said = page.said;
  set_time(values, "data_wish", said.asked_for_data);
  set_time(values, "erasure_wish", said.asked_for_erasure);
  values.texts["reaction"] = reaction_in_words(said.summary.reaction);
  values.flags["has_reaction"] = !said.summary.reaction.empty();
  values.groups["replies"] = {};
  for (const Reply& reply : said.replies) values.groups["replies"].push_back(values_of(reply, page));
  values.flags["has_replies"] = !said.replies.empty();
  values.flags["is_silent"] = said.replies.empty() && said.summary.reaction.empty();
  const auto all = static_cast<size_t>(said.summary.replies);
  values.flags["has_more_replies"] = all > said.replies.size();
  values.texts["more_replies"] = fmt::to_string(all - said.replies.size());
}

void set_curve(PageValues& values, const CandidatePage& page) {
  const Microseconds duration = page.row.message.duration;
  const WatchedHeights curve = watched_heights(page.view);
  const double seconds = std::chrono::duration<double>(duration).count();
  values.flags["has_curve"] = curve.visits > 0;
  values.lists["bars"] = bars_of(curve.heights);
  values.texts["seen"] = seen_in_words(curve.heights, duration);
  values.texts["visits_drawn"] = counted(static_cast<size_t>(curve.visits), "visit", "visits");
  values.texts["left_out"] = counted(static_cast<size_t>(curve.left_out), "visit is", "visits are");
  values.flags["has_left_out"] = curve.left_out > 0;
  values.texts["middle"] = position(seconds / 2);
  values.texts["end"] = position(seconds);
}

void set_visits(PageValues& values, const CandidateView& view) {
  const auto& sessions = view.sessions;  // in order of time
  values.groups["visits"] = {};
  const size_t oldest = sessions.size() > kMostVisits ? sessions.size() - kMostVisits : 0;
  for (size_t i = sessions.size(); i > oldest; --i) values.groups["visits"].push_back(values_of(sessions[i - 1], i));
  values.flags["has_visits"] = !sessions.empty();
  values.flags["has_more_visits"] = oldest > 0;
  values.texts["more_visits"] = fmt::to_string(oldest);
}

}  // namespace

Result<std::string> render_candidate(const PageFrame& frame, const CandidatePage& page) {
  PageValues values;
  const MessageRecord& message = page.row.message;
  const std::string& campaign = page.campaign.name.empty() ? page.campaign.id : page.campaign.name;
  values.texts["campaign"] = campaign;
  values.texts["address"] = path_part(page.campaign.id);
  values.texts["name"] = shown_name(message);
  values.texts["candidate"] = message.candidate_id;
  values.texts["email"] = message.candidate_email;
  values.flags["has_email"] = !message.candidate_email.empty();
  values.texts["message"] = message.message_id;
  values.flags["do_not_track"] = page.view.do_not_track;
  set_state(values, page.view.state, page.view.reason, page.view.watched_seconds, page.view.watched_fraction);
  set_time(values, "first_seen", page.view.first_seen);
  set_time(values, "last_seen", page.view.last_seen);
  values.texts["told"] = fmt::format("{}: {}", values.texts["name"], values.texts["state"]);
  set_said(values, page);
  set_curve(values, page);
  set_visits(values, page.view);
  return framed(frame, "dashboard_candidate.html", fmt::format("{} · {}", values.texts["name"], campaign),
                std::move(values));
}

}  // namespace candid::track
