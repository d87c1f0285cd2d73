#include "track/dashboard/said.h"

#include <algorithm>
#include <functional>

#include <nlohmann/json.hpp>

#include "track/replies/reply_videos.h"

namespace candid::track {
namespace {

std::string text_in(const nlohmann::json& body, const char* key) {
  auto found = body.is_object() ? body.find(key) : body.end();
  return found != body.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// A reply that came several times (by a double tap) counts once, as in evidence; reactions have no number, and the
// latest counts.
class SaidReader {
 public:
  explicit SaidReader(std::function<void(Reply)> keep) : keep_(std::move(keep)) {}

  void read(const LinkHistory& history) {
    if (history.link.purpose != Purpose::Candidate) return;
    for (const Event& event : history.events) {
      if (event.kind == EventKind::Reaction) read_reaction(event);
      if (event.kind == EventKind::Reply) read_reply(event);
    }
  }

  SaidInFull said{};

 private:
  void read_reaction(const Event& event) {
    std::string name = text_in(nlohmann::json::parse(event.body, nullptr, false), "name");
    if (name.empty() || (reacted_at_ && *reacted_at_ > event.received_at)) return;
    reacted_at_ = event.received_at;
    said.summary.reaction = std::move(name);
    tell_time(event.received_at);
  }

  void read_reply(const Event& event) {
    const nlohmann::json body = nlohmann::json::parse(event.body, nullptr, false);
    const std::string request = text_in(body, "request");
    if (request == "data") note(said.summary.wants_data, said.asked_for_data, event.received_at);
    if (request == "erasure") note(said.summary.wants_erasure, said.asked_for_erasure, event.received_at);
    Reply reply{event.received_at, text_in(body, "text"), reply_video_id(event).value_or("")};
    if (reply.text.empty() && reply.video_id.empty()) return;
    ++said.summary.replies;
    tell_time(event.received_at);
    if (keep_) keep_(std::move(reply));
  }

  void note(bool& wanted, std::optional<UtcTime>& asked, UtcTime at) {
    wanted = true;
    asked = std::max(asked.value_or(at), at);
    tell_time(at);
  }
  void tell_time(UtcTime at) { said.summary.latest = std::max(said.summary.latest.value_or(at), at); }

  std::function<void(Reply)> keep_;
  std::optional<UtcTime> reacted_at_;
};

}  // namespace

SaidSummary sum_up_said(std::span<const LinkHistory> histories) {
  SaidReader reader({});
  for (const LinkHistory& history : histories) reader.read(history);
  return reader.said.summary;
}

SaidInFull read_said(std::span<const LinkHistory> histories) {
  std::vector<Reply> replies;
  SaidReader reader([&](Reply reply) { replies.push_back(std::move(reply)); });
  for (const LinkHistory& history : histories) reader.read(history);
  std::stable_sort(replies.begin(), replies.end(), [](const Reply& a, const Reply& b) { return a.at > b.at; });
  if (replies.size() > kMostReplies) replies.resize(kMostReplies);
  reader.said.replies = std::move(replies);
  return std::move(reader.said);
}

}  // namespace candid::track
