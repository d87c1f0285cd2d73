#include "campaign/publish.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "campaign/store_library.h"
#include "core/csv.h"
#include "core/files.h"
#include "core/log.h"
#include "core/text.h"
#include "media/probe.h"
#include "net/http.h"

namespace candid::campaign {
namespace {

const std::vector<std::string> kLinkColumns = {"id", "name", "email", "link", "message", "file"};
constexpr std::string_view kViewPath = "/v/";
constexpr size_t kLinksAWrite = 50;

// A line of links.csv, as it stands.
struct KnownLink {
  std::vector<std::string> cells;
  std::string token;
  bool was_held = false;  // it stood in links-held.csv
};

// The lines of links.csv by message id; what cannot be read is as good as absent, and new links are made.
std::map<std::string, KnownLink> read_links(const std::filesystem::path& file, bool are_held) {
  std::map<std::string, KnownLink> links;
  auto table = read_csv(file);
  if (!table || table->header.cells != kLinkColumns) return links;
  for (CsvRow& row : table->rows) {
    if (row.cells.size() != kLinkColumns.size()) continue;
    size_t at = row.cells[3].rfind(kViewPath);
    if (at == std::string::npos) continue;
    std::string token = row.cells[3].substr(at + kViewPath.size());
    std::string message = row.cells[4];
    for (std::string& cell : row.cells) cell = unguarded(cell);
    links[message] = {std::move(row.cells), std::move(token), are_held};
  }
  return links;
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
        known_(read_links(workspace.held_links_file(), true)) {
    known_.merge(read_links(workspace.links_file(), false));
  }

  Result<PublishedLink> publish(const PlannedMessage& message) {
    const Candidate& candidate = job_.roster.candidates[message.candidate];
    encode::Recipe recipe = TRY(checked_recipe(message));
    TRY_VOID(check_owner(message, candidate));
    for (const std::string& part : recipe.parts()) TRY_VOID(send_part(part));
    encode::Recipe shared = recipe;
    shared.file.clear();
    std::string json = encode::to_json(shared);
    TRY_VOID(store_.put(recipe_object(message.id), {reinterpret_cast<const uint8_t*>(json.data()), json.size()}));
    TRY_VOID(ledger_.upsert_message(TRY(record_of(message, candidate, recipe))));

    PublishedLink link{message.candidate, message.id, "", false, {}};
    std::string& token = known_[message.id].token;
    if (token.empty() || !TRY(ledger_.opens_message(token, message.id))) {
      token = TRY(ledger_.create_link(message.id, track::Purpose::Candidate));
      link.is_new = true;
    }
    link.url = url_of(token);
    return link;
  }

  // links.csv: the plan's messages in their order, then the links of candidates who are not in it now (a row that is
  // briefly wrong must not lose its link). Links of held messages wait in a file of their own, where no mail merge
  // finds them.
  Result<void> write_links(const Plan& plan) {
    std::string csv = csv_row(kLinkColumns);
    std::string held_csv = csv;
    bool has_held = false;
    std::map<std::string, KnownLink> others = known_;
    std::set<std::string> held;
    for (const HeldMessage& message : report_.held) held.insert(message.message_id);
    for (const PlannedMessage& message : plan.messages) {
      const Candidate& candidate = job_.roster.candidates[message.candidate];
      auto known = others.extract(message.id);
      if (known.empty() || known.mapped().token.empty()) continue;
      bool is_held = held.contains(message.id);
      has_held = has_held || is_held;
      (is_held ? held_csv : csv) += csv_row(std::vector<std::string>{
          candidate.id, candidate.name, candidate.email, url_of(known.mapped().token), message.id, message.file_name});
    }
    // Who was held and is not in the roster now is not free for that.
    for (const auto& [id, link] : others) {
      if (link.cells.empty()) continue;
      has_held = has_held || link.was_held;
      (link.was_held ? held_csv : csv) += csv_row(link.cells);
    }
    report_.links_of_others = static_cast<size_t>(
        std::count_if(others.begin(), others.end(), [](const auto& other) { return !other.second.cells.empty(); }));
    // Whoever reads these files can open every link. The held ones come first: a link must not be lost between them.
    if (has_held) TRY_VOID(write_file(workspace_.held_links_file(), held_csv, FileMode::Private));
    TRY_VOID(write_file(workspace_.links_file(), csv, FileMode::Private));
    return has_held ? Result<void>() : remove_file(workspace_.held_links_file());
  }

 private:
  std::string url_of(const std::string& token) const {
    return job_.campaign.publish.server + std::string(kViewPath) + token;
  }

  // A link that was given to one person must never come to show another's video: two campaigns with one id, rows
  // renumbered, a copied folder. A corrected name or a new address is the same person; both at once is not.
  Result<void> check_owner(const PlannedMessage& message, const Candidate& candidate) const {
    std::optional<track::MessageRecord> earlier = TRY(ledger_.find_message(message.id));
    if (!earlier) return {};
    bool same_campaign = earlier->campaign_name == job_.campaign.name;
    bool same_name = earlier->candidate_name == candidate.name;
    bool same_mail = to_lower(earlier->candidate_email) == to_lower(candidate.email);
    bool has_mail = !candidate.email.empty() && !earlier->candidate_email.empty();
    if (same_name || (same_mail && has_mail && same_campaign)) return {};
    return fail(ErrorKind::InvalidInput,
                fmt::format("the link of id \"{}\" in campaign \"{}\" was given to {}, and this row is {}",
                            shorten(candidate.id, 40), job_.campaign.id, shorten(earlier->candidate_name, 40),
                            shorten(candidate.name, 40)),
                "give this candidate an id of their own; a campaign that was copied or has the name of another needs "
                "its own id in "
                "campaign.toml");
  }

  // The recipe of a message whose file is whole, current, and this candidate's.
  Result<encode::Recipe> checked_recipe(const PlannedMessage& message) {
    std::optional<encode::Recipe> recipe = workspace_.find_recipe(message.id);
    if (!recipe || recipe->key != message.key || !workspace_.has_parts(*recipe)) {
      return fail(ErrorKind::NotFound, recipe ? "its rendering is out of date" : "it is not rendered yet",
                  fmt::format("candid render {}", job_.campaign.folder.string()));
    }
    // Both the file that lies in out/ and the head that the store will serve.
    const std::string mark = "candid message " + message.id;
    auto tags = TRY(media::read_tags(workspace_.folder() / message.file_name));
    std::filesystem::path head_path = TRY(workspace_.part_path(recipe->ranges.front().part));
    bool head_is_marked = false;
    if (recipe->ranges.size() == 1) {  // rendered whole: the part is the file
      head_is_marked = TRY(media::read_tags(head_path))["comment"] == mark;
    } else {
      head_is_marked = TRY(read_text_file(head_path, uint64_t{64} << 20)).find(mark) != std::string::npos;
    }
    if (tags["comment"] != mark || !head_is_marked) {
      return fail(ErrorKind::Corrupt, fmt::format("{} is not the video of this candidate", message.file_name),
                  "remove the file and render again");
    }
    return std::move(*recipe);
  }

  Result<void> send_part(const std::string& part) {
    if (sent_.contains(part)) return {};
    std::filesystem::path path = TRY(workspace_.part_path(part));
    std::error_code code;
    uint64_t size = std::filesystem::file_size(path, code);
    if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot read {}", path.string())));
    std::optional<uint64_t> there = TRY(store_.size_of(upload::part_object(part)));
    if (there == size) {
      report_.bytes_there_already += size;
    } else {
      TRY_VOID(store_.put_file(upload::part_object(part), path));
      report_.bytes_sent += size;
    }
    sent_.insert(part);  // only now: a part that failed for one message must be tried for the next
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
    const auto& layers = campaign.look.layers;
    record.page.captions_in_picture = std::any_of(layers.begin(), layers.end(), [](const overlay::Layer& layer) {
      return layer.kind == overlay::LayerKind::Captions && layer.is_burned_in;
    });
    record.published_at = Clock::system().now();
    return record;
  }

  const Job& job_;
  const Workspace& workspace_;
  upload::Store& store_;
  track::Ledger& ledger_;
  PublishReport& report_;
  std::map<std::string, KnownLink> known_;
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

Result<PublishReport> publish(const Job& job, const Plan& plan, const std::vector<Standing>& standings,
                              const Workspace& workspace, upload::Store& store, track::Ledger& ledger,
                              const std::function<void(size_t, size_t)>& progress, const std::stop_token& stop) {
  PublishReport report;
  for (const PlannedMessage& message : plan.messages) {
    const std::string& reason = standings.at(message.candidate).held_because;
    if (!reason.empty()) report.held.push_back({message.candidate, message.id, reason});
  }
  Publisher publisher(job, workspace, store, ledger, report);
  Result<void> halted;
  for (const PlannedMessage& message : plan.messages) {
    if (stop.stop_requested()) halted = fail(ErrorKind::Cancelled, "stopped; the same command goes on from here");
    if (!halted) break;
    if (!standings[message.candidate].held_because.empty()) continue;
    auto link = publisher.publish(message);
    if (!link && link.error().kind() == ErrorKind::NoSpace) halted = tl::unexpected(link.error());
    if (link) {
      report.links.push_back(std::move(*link));
    } else {
      report.links.push_back({message.candidate, message.id, "", false, link.error()});
    }
    // A run that dies tells most of the links it made; the rest are made anew.
    if (report.links.size() % kLinksAWrite == 0) TRY_VOID(publisher.write_links(plan));
    if (progress) progress(report.links.size(), plan.messages.size() - report.held.size());
  }
  TRY_VOID(publisher.write_links(plan));
  if (!halted) return tl::unexpected(halted.error());
  return report;
}

}  // namespace candid::campaign
