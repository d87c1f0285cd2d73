#include "campaign/publish.h"

#include <map>
#include <set>

#include <fmt/format.h>

#include "campaign/store_library.h"
#include "core/csv.h"
#include "core/log.h"
#include "core/text.h"
#include "media/probe.h"
#include "net/http.h"

namespace candid::campaign {
namespace {

const std::vector<std::string> kLinkColumns = {"id", "name", "email", "link", "message", "file"};
constexpr std::string_view kViewPath = "/v/";
constexpr size_t kLinksAWrite = 50;

// The tokens of links.csv by message id; what cannot be read is as good as absent, and new links are made.
std::map<std::string, std::string> read_tokens(const std::filesystem::path& file) {
  std::map<std::string, std::string> tokens;
  auto table = read_csv(file);
  if (!table || table->header.cells != kLinkColumns) return tokens;
  for (const CsvRow& row : table->rows) {
    if (row.cells.size() != kLinkColumns.size()) continue;
    size_t at = row.cells[3].rfind(kViewPath);
    if (at != std::string::npos) tokens[row.cells[4]] = row.cells[3].substr(at + kViewPath.size());
  }
  return tokens;
}

class Publisher {
 public:
  Publisher(const Job& job, const Workspace& workspace, upload::Store& store, track::Ledger& ledger,
            PublishReport& report)
      : job_(job),
        workspace_(workspace),
        store_(store),
        ledger_(ledger),
        report_(report),
        tokens_(read_tokens(workspace.links_file())) {}

  Result<PublishedLink> publish(const PlannedMessage& message) {
    const Candidate& candidate = job_.roster.candidates[message.candidate];
    encode::Recipe recipe = TRY(checked_recipe(message));
    for (const std::string& part : recipe.parts()) TRY_VOID(send_part(part));
    encode::Recipe shared = recipe;
    shared.file.clear();
    std::string json = encode::to_json(shared);
    TRY_VOID(store_.put(recipe_object(message.id), {reinterpret_cast<const uint8_t*>(json.data()), json.size()}));
    TRY_VOID(ledger_.upsert_message(TRY(record_of(message, candidate, recipe))));

    PublishedLink link{message.candidate, message.id, "", false, {}};
    std::string& token = tokens_[message.id];
    if (token.empty() || !TRY(ledger_.opens_message(token, message.id))) {
      token = TRY(ledger_.create_link(message.id, track::Purpose::Candidate));
      link.is_new = true;
    }
    link.url = url_of(token);
    return link;
  }

  // links.csv: this run's links, and those of earlier runs for messages it did not reach.
  Result<void> write_links(const Plan& plan) {
    std::string csv = csv_row(kLinkColumns);
    for (size_t i = 0; i < plan.messages.size(); ++i) {
      const PlannedMessage& message = plan.messages[i];
      const Candidate& candidate = job_.roster.candidates[message.candidate];
      auto token = tokens_.find(message.id);
      if (token == tokens_.end() || token->second.empty()) continue;
      csv += csv_row(std::vector<std::string>{candidate.id, candidate.name, candidate.email, url_of(token->second),
                                              message.id, message.file_name});
    }
    // Whoever reads this file can open every link.
    return write_file(workspace_.links_file(), csv, FileMode::Private);
  }

 private:
  std::string url_of(const std::string& token) const {
    return job_.campaign.publish.server + std::string(kViewPath) + token;
  }

  // The recipe of a message whose file is whole, current, and this candidate's.
  Result<encode::Recipe> checked_recipe(const PlannedMessage& message) {
    std::optional<encode::Recipe> recipe = workspace_.find_recipe(message.id);
    if (!recipe || recipe->key != message.key || !workspace_.has_parts(*recipe)) {
      return fail(ErrorKind::NotFound, recipe ? "its rendering is out of date" : "it is not rendered yet",
                  fmt::format("candid render {}", job_.campaign.folder.string()));
    }
    auto tags = TRY(media::read_tags(workspace_.folder() / message.file_name));
    if (tags["comment"] != "candid message " + message.id) {
      return fail(ErrorKind::Corrupt, fmt::format("{} is not the video of this candidate", message.file_name),
                  "remove the file and render again");
    }
    return std::move(*recipe);
  }

  Result<void> send_part(const std::string& part) {
    if (!sent_.insert(part).second) return {};
    std::filesystem::path path = TRY(workspace_.part_path(part));
    std::error_code code;
    uint64_t size = std::filesystem::file_size(path, code);
    if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot read {}", path.string())));
    std::optional<uint64_t> there = TRY(store_.size_of(upload::part_object(part)));
    if (there == size) {
      report_.bytes_there_already += size;
      return {};
    }
    TRY_VOID(store_.put_file(upload::part_object(part), path));
    report_.bytes_sent += size;
    return {};
  }

  Result<track::MessageRecord> record_of(const PlannedMessage& message, const Candidate& candidate,
                                         const encode::Recipe& recipe) const {
    const Campaign& campaign = job_.campaign;
    track::MessageRecord record;
    record.campaign_id = campaign.id;
    record.campaign_name = campaign.name;
    record.message_id = message.id;
    record.candidate_id = candidate.id;
    record.candidate_name = candidate.name;
    record.candidate_email = candidate.email;
    record.roster_line = candidate.line;
    record.duration = recipe.duration;
    record.page.language = campaign.page.language;
    record.page.company = campaign.brand.company;
    record.page.headline =
        campaign.page.headline.empty() ? campaign.name : TRY(campaign.page.headline.expand(candidate.fields));
    record.page.message = TRY(campaign.page.message.expand(candidate.fields));
    overlay::Color accent = campaign.brand.color;
    accent.alpha = 255;
    record.page.accent_color = to_string(accent);
    for (const PageButton& button : campaign.page.buttons) {
      record.page.buttons.push_back(
          {TRY(button.label.expand(candidate.fields)), TRY(button.url.expand(candidate.fields))});
    }
    record.video_ref = video_ref(message.id);
    record.poster_ref = poster_ref(recipe.poster);
    record.captions_ref = captions_ref(recipe.captions);
    record.page.captions_in_picture = !recipe.captions.empty();  // a captions layer is drawn
    record.published_at = Clock::system().now();
    return record;
  }

  const Job& job_;
  const Workspace& workspace_;
  upload::Store& store_;
  track::Ledger& ledger_;
  PublishReport& report_;
  std::map<std::string, std::string> tokens_;
  std::set<std::string> sent_;
};

}  // namespace

Result<std::unique_ptr<upload::FolderStore>> open_store(const std::string& store, const DataFolder& data) {
  constexpr std::string_view kFolder = "folder:";
  return upload::FolderStore::open(store.starts_with(kFolder) ? std::filesystem::path(store.substr(kFolder.size()))
                                                              : data.store());
}

Result<void> check_server(const std::string& url) {
  net::HttpRequest request;
  request.url = url + "/healthz";
  request.connect_timeout = std::chrono::seconds(3);
  request.stall_timeout = std::chrono::seconds(3);
  request.max_body = 4096;
  net::HttpResponse response = TRY(net::send(request));
  if (response.status == 200) return {};
  return fail(ErrorKind::Network, fmt::format("{} answers with status {}", request.url, response.status),
              "is it a candid server?");
}

Result<PublishReport> publish(const Job& job, const Plan& plan, const Workspace& workspace, upload::Store& store,
                              track::Ledger& ledger, const std::function<void(size_t, size_t)>& progress,
                              const std::stop_token& stop) {
  PublishReport report;
  Publisher publisher(job, workspace, store, ledger, report);
  Result<void> halted;
  for (const PlannedMessage& message : plan.messages) {
    if (stop.stop_requested()) halted = fail(ErrorKind::Cancelled, "stopped; the same command goes on from here");
    if (!halted) break;
    auto link = publisher.publish(message);
    if (!link && link.error().kind() == ErrorKind::NoSpace) halted = tl::unexpected(link.error());
    if (link) {
      report.links.push_back(std::move(*link));
    } else {
      report.links.push_back({message.candidate, message.id, "", false, link.error()});
    }
    // A run that dies tells most of the links it made; the rest are made anew.
    if (report.links.size() % kLinksAWrite == 0) TRY_VOID(publisher.write_links(plan));
    if (progress) progress(report.links.size(), plan.messages.size());
  }
  TRY_VOID(publisher.write_links(plan));
  if (!halted) return tl::unexpected(halted.error());
  return report;
}

}  // namespace candid::campaign
