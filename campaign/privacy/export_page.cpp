// A candidate's data as a page that opens from a folder.

#include <algorithm>

#include <fmt/format.h>

#include "campaign/privacy/export_record.h"
#include "core/encoding.h"
#include "core/suggest.h"

namespace candid::campaign {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file:; media-src 'self' file:">
<title>Your data</title>
<style>
:root { color-scheme: light dark; }
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h2 { margin-top: 2.5rem; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #8886; }
th { font-weight: 600; width: 12rem; } video, img { max-width: 100%; } .scroll { overflow-x: auto; }
</style>
<main>
)";

std::string words(const Json& value) {
  if (value.is_null() || value.empty() || value == "") return "–";
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  bool is_list_of_words = value.is_array() && value.front().is_string();
  if (is_list_of_words) return escape_html(join(value.get<std::vector<std::string>>()));
  return escape_html(value.is_string() ? value.get<std::string>()
                                       : value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

// A key as words, "published_at" as "published at".
std::string words_of_key(std::string key) {
  std::replace(key.begin(), key.end(), '_', ' ');
  return escape_html(key);
}

std::string table_of(const Json& object) {
  std::string rows;
  for (const auto& [key, value] : object.items()) {
    bool is_list_of_records = value.is_array() && !value.empty() && value.front().is_object() && key != "buttons";
    bool is_shown_below = key == "events" || key == "visits" || key == "links" || key == "files";
    if (value.is_object() || is_list_of_records || is_shown_below) continue;
    rows += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n", words_of_key(key), words(value));
  }
  return fmt::format("<table>\n{}</table>\n", rows);
}

std::string media_of(const Json& files) {
  std::string html;
  for (const auto& file : files) {
    std::string path = words(file.at("file"));
    std::string what = words(file.at("what"));
    bool is_video = path.ends_with(".mp4");
    bool is_picture = path.ends_with(".jpg");
    if (is_video) html += fmt::format("<p><video controls preload=\"metadata\" src=\"{}\"></video></p>\n", path);
    if (is_picture) html += fmt::format("<p><img src=\"{}\" alt=\"{}\"></p>\n", path, what);
    html += fmt::format("<p><a href=\"{}\">{}</a></p>\n", path, what);
  }
  return html;
}

std::string visits_of(const Json& visits) {
  std::string html;
  for (const Json& visit : visits) {
    html += fmt::format("<h4>{} to {}: {}</h4>\n<p>{}</p>\n<ul>\n", words(visit.at("first")), words(visit.at("last")),
                        words(visit.at("state")), words(visit.at("reason")));
    for (const Json& fact : visit.at("facts")) html += fmt::format("<li>{}</li>\n", words(fact));
    html += "</ul>\n";
  }
  return html.empty() ? "<p>None.</p>\n" : html;
}

std::string events_of(const Json& events) {
  std::string rows;
  for (const Json& event : events) {
    rows += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", words(event.at("at")),
                        words(event.at("kind")), words(event.at("details")), words(event.at("browser")),
                        words(event.at("network")));
  }
  if (rows.empty()) return "<p>None.</p>\n";
  return fmt::format(
      "<div class=\"scroll\" tabindex=\"0\"><table>\n<tr><th scope=\"col\">When</th><th scope=\"col\">What</th>"
      "<th scope=\"col\">Details</th><th scope=\"col\">Browser</th><th "
      "scope=\"col\">Network</th></tr>\n{}</table></div>\n",
      rows);
}

std::string message_section(const Json& message) {
  std::string html = fmt::format("<h2>{}</h2>\n{}", words(message.at("campaign")), table_of(message));
  html += fmt::format("<h3>Video and files</h3>\n{}", media_of(message.at("files")));
  html += fmt::format("<h3>What the page says</h3>\n{}", table_of(message.at("page")));
  html += fmt::format("<h3>What we believe, and why</h3>\n{}<h3>Visits</h3>\n{}",
                      table_of(message.at("what_we_believe")), visits_of(message.at("visits")));
  html += "<h3>Links</h3>\n";
  for (const Json& link : message.at("links")) html += table_of(link);
  html += fmt::format("<h3>Everything that was recorded</h3>\n{}", events_of(message.at("events")));
  return html;
}

}  // namespace

std::string page_of(const Json& data) {
  std::string html(kHead);
  html += fmt::format(
      "<h1>Your data</h1>\n<p>All that is held about you here, as of {}. The same is in <a href=\"data.json\">data.json"
      "</a>, for programs.</p>\n",
      words(data.at("made_at")));
  for (const Json& candidate : data.at("candidate")) {
    html += fmt::format("<h2>You, as \"{}\" knows you</h2>\n{}{}", words(candidate.at("campaign")), table_of(candidate),
                        table_of(candidate.at("roster")));
  }
  for (const Json& message : data.at("messages")) html += message_section(message);
  if (!data.at("missing").empty()) {
    html += "<h2>Held, and not in here</h2>\n<ul>\n";
    for (const Json& what : data.at("missing")) html += fmt::format("<li>{}</li>\n", words(what));
    html += "</ul>\n";
  }
  return html + "</main>\n</html>\n";
}

}  // namespace candid::campaign
