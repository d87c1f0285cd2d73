#include "campaign/privacy/export_record.h"

#include <set>

#include "track/evidence/explain.h"
#include "track/replies/reply_videos.h"

namespace candid::campaign {
namespace {

using Json = nlohmann::json;

Json time_or_null(const std::optional<UtcTime>& time) {
  return time ? Json(format_utc(*time)) : Json(nullptr);
}

Json page_json(const track::PageContent& page) {
  Json buttons = Json::array();
  for (const track::Button& button : page.buttons) buttons.push_back({{"label", button.label}, {"url", button.url}});
  return {{"company", page.company},
          {"headline", page.headline},
          {"message", page.message},
          {"language", page.language},
          {"buttons", std::move(buttons)},
          {"booking_url", page.booking_url},
          {"tracking", track::to_string(page.tracking)}};
}

// Of a link its terms and its fate; the token is not kept anywhere but as a digest.
Json link_json(const track::LinkRecord& link) {
  return {{"number", link.id},
          {"made_at", format_utc(link.created_at)},
          {"expires_at", time_or_null(link.terms.expires_at)},
          {"ended_at", time_or_null(link.revoked_at)},
          {"view_limit", link.terms.view_limit ? Json(*link.terms.view_limit) : Json(nullptr)},
          {"views_counted", link.views},
          {"may_download", link.terms.may_download},
          {"not_tracked", link.do_not_track}};
}

Json event_json(const track::Event& event) {
  Json details = Json::parse(event.body, nullptr, false);
  return {{"at", format_utc(event.received_at)},
          {"link", event.link_id},
          {"kind", track::to_string(event.kind)},
          {"page_load", event.session},
          {"number", event.sequence ? Json(*event.sequence) : Json(nullptr)},
          {"details", details.is_discarded() ? Json(event.body) : std::move(details)},
          {"browser", event.agent},
          {"network", event.network}};
}

Json visit_json(const track::SessionVerdict& verdict) {
  return {{"state", track::to_string(verdict.state)}, {"reason", verdict.reason},
          {"first", format_utc(verdict.first)},       {"last", format_utc(verdict.last)},
          {"watched_s", verdict.watched_seconds},     {"facts", track::explain(verdict)}};
}

}  // namespace

Json record_of_row(const Subject& subject) {
  Json fields = Json::object();
  if (subject.row) {
    for (const auto& [column, value] : subject.row->fields) fields[column] = value;
  }
  return {{"id", subject.candidate_id},
          {"name", subject.name},
          {"addresses", subject.addresses},
          {"campaign", subject.campaign_name},
          {"roster", std::move(fields)}};
}

Json record_of_message(const track::MessageRecord& message, const track::CandidateView& view,
                       const std::vector<track::LinkHistory>& histories) {
  Json links = Json::array();
  Json events = Json::array();
  std::set<int64_t> theirs;
  for (const track::LinkHistory& history : histories) {
    if (history.link.purpose != track::Purpose::Candidate) continue;
    theirs.insert(history.link.id);
    links.push_back(link_json(history.link));
    for (const track::Event& event : history.events) events.push_back(event_json(event));
  }
  Json visits = Json::array();
  for (const track::SessionVerdict& verdict : view.sessions) {
    if (theirs.contains(verdict.link_id)) visits.push_back(visit_json(verdict));
  }
  return {{"campaign", message.campaign_name},
          {"message", message.message_id},
          {"name", message.candidate_name},
          {"address", message.candidate_email},
          {"published_at", format_utc(message.published_at)},
          {"duration_s", static_cast<double>(message.duration.count()) / 1e6},
          {"page", page_json(message.page)},
          {"what_we_believe",
           {{"state", track::to_string(view.state)},
            {"reason", view.reason},
            {"watched_s", view.watched_seconds},
            {"watched_fraction", view.watched_fraction},
            {"rules", track::kEvidenceRules}}},
          {"links", std::move(links)},
          {"visits", std::move(visits)},
          {"events", std::move(events)}};
}

}  // namespace candid::campaign
