#include "track/ledger/ledger_json.h"

#include "core/encoding.h"
#include "track/ledger/ledger_rules.h"

namespace candid::track {
namespace {

constexpr size_t kIdBytes = 1'000;
constexpr size_t kNameBytes = 4'000;
constexpr int64_t kMostLines = 100'000'000;
constexpr int64_t kMostViews = 1'000'000'000;
constexpr int64_t kLongestMicroseconds = int64_t{7} * 24 * 3600 * 1'000'000;
constexpr size_t kMostButtons = 50;
constexpr int kLongestKeepDays = 36'500;

template <typename T, typename ToJson>
nlohmann::json optional_json(const std::optional<T>& value, ToJson to_value) {
  return value ? nlohmann::json(to_value(*value)) : nlohmann::json(nullptr);
}

nlohmann::json optional_time(const std::optional<UtcTime>& time) {
  return optional_json(time, [](UtcTime moment) { return json_of(moment); });
}

nlohmann::json json_of(const PageContent& page) {
  auto buttons = nlohmann::json::array();
  for (const Button& button : page.buttons) buttons.push_back({{"label", button.label}, {"url", button.url}});
  nlohmann::json json = {{"language", page.language},
                         {"company", page.company},
                         {"headline", page.headline},
                         {"message", page.message},
                         {"accent_color", page.accent_color},
                         {"buttons", std::move(buttons)},
                         {"captions_in_picture", page.captions_in_picture}};
  // Later than the first servers: left out where they have their defaults, so that those go on taking messages.
  if (!page.booking_url.empty()) json["booking_url"] = page.booking_url;
  if (!page.takes_replies) json["takes_replies"] = false;
  if (page.tracking != Tracking::Individual) json["tracking"] = to_string(page.tracking);
  if (page.keep_days > 0) json["keep_days"] = page.keep_days;
  if (const PageLogo& logo = page.logo; !logo.ref.empty()) {
    json["logo"] = {
        {"ref", logo.ref}, {"width", logo.width}, {"height", logo.height}, {"ground", to_string(logo.ground)}};
  }
  return json;
}

Result<Button> button_from_json(const nlohmann::json& json) {
  JsonFields fields(json, "button");
  Button button{.label = fields.text("label", kNameBytes), .url = fields.text("url", kNameBytes)};
  TRY_VOID(fields.finish());
  return button;
}

Result<PageLogo> logo_from_json(const nlohmann::json& json) {
  JsonFields fields(json, "logo");
  PageLogo logo;
  logo.ref = fields.text("ref", kIdBytes);
  logo.width = static_cast<int>(fields.number("width", 1, kLargestLogo));
  logo.height = static_cast<int>(fields.number("height", 1, kLargestLogo));
  auto ground = logo_ground_named(fields.text("ground", kIdBytes));
  if (!ground) fields.refuse("ground", "is no ground that is known here");
  logo.ground = ground.value_or(LogoGround::Any);
  TRY_VOID(fields.finish());
  return logo;
}

Result<PageContent> page_of(const nlohmann::json& json) {
  JsonFields fields(json, "page");
  PageContent page;
  page.language = fields.text("language", kIdBytes);
  page.company = fields.text("company", kNameBytes);
  page.headline = fields.text("headline");
  page.message = fields.text("message");
  page.accent_color = fields.text("accent_color", kIdBytes);
  page.captions_in_picture = fields.flag("captions_in_picture");
  if (fields.has("booking_url")) page.booking_url = fields.text("booking_url", kNameBytes);
  if (fields.has("takes_replies")) page.takes_replies = fields.flag("takes_replies");
  if (fields.has("tracking")) {
    auto tracking = tracking_named(fields.text("tracking", kIdBytes));
    if (!tracking) fields.refuse("tracking", "is no way of tracking that is known here");
    page.tracking = tracking.value_or(Tracking::Off);
  }
  const nlohmann::json* logo = fields.has("logo") ? fields.optional_object("logo") : nullptr;
  if (fields.has("keep_days")) page.keep_days = static_cast<int>(fields.number("keep_days", 1, kLongestKeepDays));
  const nlohmann::json& buttons = fields.array("buttons");
  if (buttons.size() > kMostButtons) fields.refuse("buttons", "has too many elements");
  TRY_VOID(fields.finish());
  if (logo != nullptr) page.logo = TRY(logo_from_json(*logo));
  page.buttons = TRY(list_from_json(buttons, button_from_json));
  return page;
}

Purpose read_purpose(JsonFields& fields) {
  auto purpose = purpose_named(fields.text("purpose", kIdBytes));
  if (!purpose) fields.refuse("purpose", "is neither \"candidate\" nor \"owner\"");
  return purpose.value_or(Purpose::Candidate);
}

EventKind read_kind(JsonFields& fields) {
  auto kind = event_kind(fields.text("kind", kIdBytes));
  if (!kind) fields.refuse("kind", "is no kind of event that is known here");
  return kind.value_or(EventKind::Page);
}

}  // namespace

nlohmann::json json_of(UtcTime time) {
  return time.time_since_epoch().count();
}

nlohmann::json json_of(const Sha256& digest) {
  return to_hex(digest);
}

nlohmann::json json_of(const MessageRecord& message) {
  return {{"campaign_id", message.campaign_id},
          {"campaign_name", message.campaign_name},
          {"message_id", message.message_id},
          {"candidate_id", message.candidate_id},
          {"candidate_name", message.candidate_name},
          {"candidate_email", message.candidate_email},
          {"roster_line", message.roster_line},
          {"duration_us", message.duration.count()},
          {"page", json_of(message.page)},
          {"video_ref", message.video_ref},
          {"poster_ref", message.poster_ref},
          {"captions_ref", message.captions_ref},
          {"published_at", json_of(message.published_at)}};
}

nlohmann::json json_of(const LinkTerms& terms) {
  return {{"expires_at", optional_time(terms.expires_at)},
          {"view_limit", optional_json(terms.view_limit, [](int limit) { return limit; })},
          {"passcode_hash", terms.passcode_hash},
          {"may_download", terms.may_download}};
}

nlohmann::json json_of(const LinkRecord& link) {
  LinkTerms terms = link.terms;
  terms.passcode_hash = passcode_fingerprint(terms.passcode_hash);
  return {{"id", link.id},
          {"message_id", link.message_id},
          {"purpose", to_string(link.purpose)},
          {"terms", json_of(terms)},
          {"created_at", json_of(link.created_at)},
          {"revoked_at", optional_time(link.revoked_at)},
          {"do_not_track", link.do_not_track},
          {"views", link.views}};
}

nlohmann::json json_of(const Event& event) {
  return {{"link_id", event.link_id},
          {"session", storable(event.session)},
          {"sequence", optional_json(event.sequence, [](int64_t number) { return number; })},
          {"received_at", json_of(event.received_at)},
          {"kind", to_string(event.kind)},
          {"body", storable(event.body)},
          {"agent", storable(event.agent)},
          {"network", storable(event.network)}};
}

nlohmann::json json_of(const LinkHistory& history) {
  LinkRecord link = history.link;
  link.terms.passcode_hash.clear();
  return {{"link", json_of(link)}, {"events", json_list(history.events)}};
}

nlohmann::json json_of(const CampaignSummary& campaign) {
  return {{"id", campaign.id},
          {"name", campaign.name},
          {"messages", campaign.messages},
          {"published_at", json_of(campaign.published_at)}};
}

nlohmann::json json_of(const ApiToken& token) {
  return {{"name", token.name},
          {"scope", to_string(token.scope)},
          {"created_at", json_of(token.created_at)},
          {"expires_at", optional_time(token.expires_at)}};
}

nlohmann::json json_of(const Erasure& erasure) {
  return {{"receipt", erasure.receipt},
          {"erased_at", json_of(erasure.erased_at)},
          {"reason", to_string(erasure.reason)},
          {"messages", erasure.messages},
          {"links", erasure.links},
          {"views", erasure.views},
          {"events", erasure.events},
          {"reply_videos", erasure.reply_videos},
          {"awaits_clearing", erasure.awaits_clearing},
          {"is_overwritten_only", erasure.is_overwritten_only}};
}

Result<MessageRecord> message_from_json(const nlohmann::json& json) {
  JsonFields fields(json, "message");
  MessageRecord message;
  message.campaign_id = fields.text("campaign_id", kIdBytes);
  message.campaign_name = fields.text("campaign_name", kNameBytes);
  message.message_id = fields.text("message_id", kIdBytes);
  message.candidate_id = fields.text("candidate_id", kIdBytes);
  message.candidate_name = fields.text("candidate_name", kNameBytes);
  message.candidate_email = fields.text("candidate_email", kNameBytes);
  message.roster_line = static_cast<int>(fields.number("roster_line", 0, kMostLines));
  message.duration = Microseconds(fields.number("duration_us", 1, kLongestMicroseconds));
  message.video_ref = fields.text("video_ref", kNameBytes);
  message.poster_ref = fields.text("poster_ref", kNameBytes);
  message.captions_ref = fields.text("captions_ref", kNameBytes);
  message.published_at = fields.time("published_at");
  const nlohmann::json& page = fields.object("page");
  TRY_VOID(fields.finish());
  message.page = TRY(page_of(page));
  TRY_VOID(validate(message));
  return message;
}

Result<LinkTerms> terms_from_json(const nlohmann::json& json) {
  JsonFields fields(json, "terms");
  LinkTerms terms;
  terms.expires_at = fields.optional_time("expires_at");
  if (auto limit = fields.optional_number("view_limit", 1, kMostViews)) terms.view_limit = static_cast<int>(*limit);
  terms.passcode_hash = fields.text("passcode_hash", kIdBytes);
  terms.may_download = fields.flag("may_download");
  TRY_VOID(fields.finish());
  return terms;
}

Result<LinkRecord> link_from_json(const nlohmann::json& json) {
  JsonFields fields(json, "link");
  LinkRecord link;
  link.id = fields.number("id", 1, INT64_MAX);
  link.message_id = fields.text("message_id", kIdBytes);
  link.purpose = read_purpose(fields);
  link.created_at = fields.time("created_at");
  link.revoked_at = fields.optional_time("revoked_at");
  link.do_not_track = fields.flag("do_not_track");
  link.views = static_cast<int>(fields.number("views", 0, INT32_MAX));
  const nlohmann::json& terms = fields.object("terms");
  TRY_VOID(fields.finish());
  link.terms = TRY(terms_from_json(terms));
  return link;
}

Result<Event> event_from_json(const nlohmann::json& json) {
  JsonFields fields(json, "event");
  Event event;
  event.link_id = fields.number("link_id", INT64_MIN, INT64_MAX);
  event.session = fields.text("session", kIdBytes);
  event.sequence = fields.optional_number("sequence", INT64_MIN, INT64_MAX);
  event.received_at = fields.time("received_at");
  event.kind = read_kind(fields);
  event.body = fields.text("body");
  event.agent = fields.text("agent");
  event.network = fields.text("network", kIdBytes);
  TRY_VOID(fields.finish());
  return event;
}

Result<LinkHistory> history_from_json(const nlohmann::json& json) {
  JsonFields fields(json, "history");
  const nlohmann::json& link = fields.object("link");
  const nlohmann::json& events = fields.array("events");
  TRY_VOID(fields.finish());
  LinkHistory history{.link = TRY(link_from_json(link)), .events = {}};
  history.events = TRY(list_from_json(events, event_from_json));
  return history;
}

Result<CampaignSummary> campaign_from_json(const nlohmann::json& json) {
  JsonFields fields(json, "campaign");
  CampaignSummary campaign;
  campaign.id = fields.text("id", kIdBytes);
  campaign.name = fields.text("name", kNameBytes);
  campaign.messages = static_cast<int>(fields.number("messages", 0, INT32_MAX));
  campaign.published_at = fields.time("published_at");
  TRY_VOID(fields.finish());
  return campaign;
}

Result<Erasure> erasure_from_json(const nlohmann::json& json) {
  JsonFields fields(json, "erasure");
  Erasure erasure;
  erasure.receipt = fields.text("receipt", kIdBytes);
  erasure.erased_at = fields.time("erased_at");
  auto reason = erasure_reason(fields.text("reason", kIdBytes));
  if (!reason) fields.refuse("reason", "is neither \"wish\" nor \"retention\"");
  erasure.reason = reason.value_or(ErasureReason::Wish);
  erasure.messages = fields.number("messages", 0, INT64_MAX);
  erasure.links = fields.number("links", 0, INT64_MAX);
  erasure.views = fields.number("views", 0, INT64_MAX);
  erasure.events = fields.number("events", 0, INT64_MAX);
  erasure.reply_videos = fields.number("reply_videos", 0, INT64_MAX);
  erasure.awaits_clearing = fields.flag("awaits_clearing");
  erasure.is_overwritten_only = fields.flag("is_overwritten_only");
  TRY_VOID(fields.finish());
  return erasure;
}

nlohmann::json json_of(const ViewCounts& counts) {
  auto json = nlohmann::json::object();
  for (const auto& [state, number] : counts) json[std::string(to_string(state))] = number;
  return json;
}

Result<ViewCounts> counts_from_json(const nlohmann::json& json) {
  JsonFields fields(json, "counts");
  ViewCounts counts;
  for (const auto& [name, value] : json.items()) {
    // A name that is no state stays unread, which finish() refuses.
    if (auto state = view_state(name)) counts[*state] = fields.number(name.c_str(), 1, INT64_MAX);
  }
  TRY_VOID(fields.finish());
  return counts;
}

Result<ApiToken> api_token_from_json(const nlohmann::json& json) {
  JsonFields fields(json, "token");
  ApiToken token;
  token.name = fields.text("name", kIdBytes);
  auto scope = api_scope(fields.text("scope", kIdBytes));
  if (!scope) fields.refuse("scope", "is none of \"read\", \"publish\", \"admin\"");
  token.scope = scope.value_or(ApiScope::Read);
  token.created_at = fields.time("created_at");
  token.expires_at = fields.optional_time("expires_at");
  TRY_VOID(fields.finish());
  return token;
}

}  // namespace candid::track
