// candid status: who watched, and why we believe it.

#include "campaign/status.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "campaign/campaign_file.h"
#include "cli/ledger_options.h"
#include "cli/session.h"
#include "core/suggest.h"
#include "track/evidence/explain.h"

namespace candid::cli {
namespace {

struct StatusOptions {
  std::string campaign;
  LedgerOptions where;
  bool watch = false;
  std::string explain;  // a candidate's id
};

nlohmann::json status_json(const campaign::MessageStatus& status) {
  nlohmann::json sessions = nlohmann::json::array();
  for (const track::SessionVerdict& verdict : status.view.sessions) {
    sessions.push_back({{"state", track::to_string(verdict.state)},
                        {"reason", verdict.reason},
                        {"watched_s", verdict.watched_seconds},
                        {"first", format_utc(verdict.first)},
                        {"last", format_utc(verdict.last)}});
  }
  nlohmann::json json = {{"id", status.message.candidate_id},
                         {"name", status.message.candidate_name},
                         {"message", status.message.message_id},
                         {"line", status.message.roster_line},
                         {"state", track::to_string(status.view.state)},
                         {"reason", status.view.reason},
                         {"watched_s", status.view.watched_seconds},
                         {"watched_fraction", status.view.watched_fraction},
                         {"duration_s", static_cast<double>(status.message.duration.count()) / 1e6},
                         {"do_not_track", status.view.do_not_track},
                         {"replies", status.said.replies},
                         {"reaction", status.said.reaction},
                         {"wants_data", status.said.wants_data},
                         {"wants_erasure", status.said.wants_erasure},
                         {"sessions", sessions}};
  if (status.view.first_seen) json["first_seen"] = format_utc(*status.view.first_seen);
  if (status.view.last_seen) json["last_seen"] = format_utc(*status.view.last_seen);
  return json;
}

// "visits" is null where they are not told.
nlohmann::json visits_json(const track::CountedVisits& counted) {
  nlohmann::json json = {{"messages", counted.messages}, {"told", counted.is_told()}, {"visits", nullptr}};
  if (!counted.is_told()) {
    json["reason"] = track::why_counts_are_not_told(counted);
    return json;
  }
  json["visits"] = nlohmann::json::object();
  for (const auto& [state, number] : counted.counts) json["visits"][std::string(track::to_string(state))] = number;
  return json;
}

nlohmann::json explained_json(const campaign::MessageStatus& status) {
  nlohmann::json json = status_json(status);
  for (size_t i = 0; i < status.view.sessions.size(); ++i) {
    json["sessions"][i]["facts"] = track::explain(status.view.sessions[i]);
  }
  return json;
}

// What a session is to the candidate's state, where its own name does not say so.
std::string_view weight_of(const track::SessionVerdict& verdict, bool decides) {
  if (decides) return ", which decides";
  bool is_program = track::is_machine(verdict.state) || verdict.state == track::ViewState::MailImageOnly;
  return is_program ? ", a program's visit: it says nothing of the candidate" : "";
}

void tell_explained(const Session& session, const campaign::MessageStatus& status) {
  const Console& console = session.console;
  const auto& sessions = status.view.sessions;
  // The first of those that are as strong, as judge() takes it.
  auto deciding = std::find_if(sessions.begin(), sessions.end(), [&](const track::SessionVerdict& verdict) {
    return verdict.state == status.view.state && verdict.watched_seconds == status.view.watched_seconds;
  });
  console.say(fmt::format("{} {}", console.strong(status.message.candidate_name), status.message.candidate_id));
  console.say(fmt::format("  {}: {}", track::to_string(status.view.state), status.view.reason));
  for (const track::SessionVerdict& verdict : sessions) {
    console.say("");
    bool decides = deciding != sessions.end() && &verdict == &*deciding;
    console.say(fmt::format("  {} to {}  {}{}", format_utc(verdict.first), format_utc(verdict.last),
                            console.strong(track::to_string(verdict.state)), weight_of(verdict, decides)));
    console.say(fmt::format("    {}", verdict.reason));
    for (const std::string& fact : track::explain(verdict)) {
      console.say(console.quiet(fmt::format("    - {}", fact)));
    }
  }
}

// Every session of the candidate, by their id or their message's, with its facts.
Outcome explain(Session& session, const std::vector<campaign::CampaignStatus>& all, const std::string& id) {
  nlohmann::json found = nlohmann::json::array();
  std::vector<std::string> ids;
  for (const campaign::CampaignStatus& status : all) {
    for (const campaign::MessageStatus& message : status.messages) {
      ids.push_back(message.message.candidate_id);
      if (message.message.candidate_id != id && message.message.message_id != id) continue;
      found.push_back(explained_json(message));
      tell_explained(session, message);
    }
  }
  if (found.empty()) {
    const std::string near = closest(id, ids);
    return session.failed(Error(ErrorKind::NotFound, fmt::format("no candidate \"{}\" has a video", id),
                                near.empty()
                                    ? "candid status --json tells the ids"
                                    : fmt::format("did you mean {}? candid status --json tells the ids", near)));
  }
  if (session.console.json) session.console.print_json({{"rules", track::kEvidenceRules}, {"candidates", found}});
  return Outcome::Done;
}

// A folder stands for the campaign in it, and names its ledger; anything else is a campaign's id.
struct Asked {
  std::string campaign_id;
  campaign::PublishChoice publish{};
};

Result<Asked> asked_for(const std::string& argument) {
  std::error_code code;
  if (argument.empty() || !std::filesystem::exists(std::filesystem::path(argument) / "campaign.toml", code))
    return Asked{argument};
  campaign::Campaign read = TRY(read_published_campaign(argument));
  return Asked{std::move(read.id), std::move(read.publish)};
}

// What waits for the recruiter; empty where nothing does.
std::string words_of(const track::SaidSummary& said) {
  std::vector<std::string> words;
  if (said.replies > 0) words.push_back(said.replies == 1 ? "replied" : fmt::format("replied {} times", said.replies));
  if (said.wants_data) words.emplace_back("asks for a copy of their data");
  if (said.wants_erasure) words.emplace_back("asks to be erased");
  return fmt::format("{}", fmt::join(words, ", "));
}

void tell_visits(const Session& session, const track::CountedVisits& counted) {
  const Console& console = session.console;
  console.say("  visits, counted without persons:");
  if (!counted.is_told())
    return console.say(console.quiet(fmt::format("    {}", track::why_counts_are_not_told(counted))));
  if (counted.counts.empty()) console.say("    none yet");
  for (const auto& [state, number] : counted.counts) {
    console.say(fmt::format("    {:<19} {}", track::to_string(state), number));
  }
}

void tell_campaigns(const Session& session, const std::vector<campaign::CampaignStatus>& all) {
  for (const campaign::CampaignStatus& status : all) {
    session.console.say(session.console.strong(status.name));
    if (status.counted_visits) tell_visits(session, *status.counted_visits);
    std::string_view said_before;  // a reason that a whole campaign shares is said once
    for (const campaign::MessageStatus& message : status.messages) {
      std::string watched =
          message.view.watched_seconds > 0
              ? fmt::format("{:.0f} s ({:.0f} %)", message.view.watched_seconds, message.view.watched_fraction * 100)
              : "-";
      const std::string& name =
          message.message.candidate_name.empty() ? message.message.candidate_id : message.message.candidate_name;
      session.console.say(fmt::format("  {:<19} {:<12} {}", track::to_string(message.view.state), watched, name));
      if (const std::string& reason = message.view.reason; reason != std::exchange(said_before, reason))
        session.console.say(session.console.quiet(fmt::format("  {:<32} {}", "", reason)));
      if (std::string said = words_of(message.said); !said.empty())
        session.console.say(fmt::format("  {:<32} {}", "", said));
    }
  }
  if (all.empty()) session.console.say("Nothing is published yet. Next: candid run CAMPAIGN");
}

Outcome run_status(Session& session, const StatusOptions& options) {
  auto asked = asked_for(options.campaign);
  auto ledger =
      asked ? open_existing_ledger(session, options.where.places(asked->publish)) : tl::unexpected(asked.error());
  if (!ledger) return session.failed(ledger.error());
  std::mutex mutex;
  std::condition_variable_any stopped;
  while (true) {
    auto all = campaign::read_status(*ledger->ledger, asked->campaign_id);
    if (!all) return session.failed(all.error());
    if (!options.explain.empty()) return explain(session, *all, options.explain);
    if (session.console.json) {
      nlohmann::json campaigns = nlohmann::json::array();
      for (const campaign::CampaignStatus& status : *all) {
        nlohmann::json messages = nlohmann::json::array();
        for (const auto& message : status.messages) messages.push_back(status_json(message));
        campaigns.push_back({{"id", status.id}, {"name", status.name}, {"messages", messages}});
        if (status.counted_visits) campaigns.back()["counted_visits"] = visits_json(*status.counted_visits);
      }
      session.console.print_json({{"rules", track::kEvidenceRules}, {"campaigns", campaigns}});
    }
    tell_campaigns(session, *all);
    if (!options.watch) return Outcome::Done;
    std::unique_lock lock(mutex);
    if (stopped.wait_for(lock, session.stop, std::chrono::seconds(2), [&] { return session.stop.stop_requested(); }))
      return Outcome::Done;
    session.console.say("");
  }
}

}  // namespace

void add_status(CLI::App& program, Session& session) {
  auto options = std::make_shared<StatusOptions>();
  CLI::App* command = program.add_subcommand("status", "who opened, played and watched, and why we believe it");
  command->add_option("CAMPAIGN", options->campaign, "a campaign's folder or id; else all that are published");
  CLI::Option* watch = command->add_flag("--watch", options->watch, "again every two seconds, until Ctrl-C");
  command->add_option("--explain", options->explain, "every session of one candidate, with the facts that decide")
      ->type_name("ID")
      ->excludes(watch);
  add_ledger_options(*command, options->where);
  add_json_option(*command, session);
  command->callback(
      [options, &session] { session.command = [options, &session] { return run_status(session, *options); }; });
}

}  // namespace candid::cli
