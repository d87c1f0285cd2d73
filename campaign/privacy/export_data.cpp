#include "campaign/privacy/export_data.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "campaign/privacy/export_record.h"
#include "campaign/privacy/store_traces.h"
#include "campaign/privacy/work_folder.h"
#include "campaign/privacy/zip_writer.h"
#include "campaign/status.h"
#include "campaign/workspace.h"
#include "core/files.h"
#include "encode/recipe.h"

namespace candid::campaign {
namespace {

using Json = nlohmann::json;
using std::filesystem::path;

// Files of one export, in a folder that is being filled.
class Media {
 public:
  // `work` is empty, and for what only comes by.
  Media(const ExportReach& reach, path folder, path work, ExportReport& report)
      : reach_(reach), folder_(std::move(folder)), work_(std::move(work)), report_(report) {
    if (reach.replies == nullptr)
      report_.missing.push_back("your video replies: they lie on the server, where candid export gives them out");
  }

  Result<Json> of_message(const track::MessageRecord& record, size_t number) {
    files_ = Json::array();
    const std::string prefix = fmt::format("message-{}", number);
    if (reach_.store != nullptr) {
      auto video = [&](const path& file) { return write_video(edition_named_by(record), file); };
      TRY_VOID(keep("your video", fmt::format("{}/video.mp4", prefix), video));
      TRY_VOID(keep_part("its still picture", fmt::format("{}/poster.jpg", prefix), record.poster_ref));
      if (!record.captions_ref.empty())
        TRY_VOID(keep_part("its captions", fmt::format("{}/captions.vtt", prefix), record.captions_ref));
    } else {
      report_.missing.push_back("your video: the store that holds it is not known here");
    }
    TRY_VOID(keep_replies(record.message_id, prefix));
    return std::move(files_);
  }

 private:
  // What the store does not have is told, and stops nothing else.
  template <typename Write>
  Result<void> keep(const std::string& what, const std::string& name, Write write) {
    path file = folder_ / name;
    TRY_VOID(make_folder(file.parent_path()));
    Result<void> written = write(file);
    if (!written && written.error().kind() == ErrorKind::NotFound) {
      report_.missing.push_back(fmt::format("{}: it is not there any more", what));
      return {};
    }
    if (!written) return tl::unexpected(written.error().wrapped(fmt::format("cannot give out {}", what)));
    files_.push_back({{"what", what}, {"file", name}});
    ++report_.files;
    return {};
  }

  Result<void> keep_part(const std::string& what, const std::string& name, const std::string& ref) {
    return keep(what, name, [&](const path& file) -> Result<void> {
      track::MessageRecord one;
      one.poster_ref = ref;
      auto parts = parts_named_by(one);
      if (parts.empty()) return fail(ErrorKind::NotFound, "it has none");
      return reach_.store->get_file(upload::part_object(parts.front()), file);
    });
  }

  Result<void> write_video(const std::string& edition, const path& file) {
    auto bytes = TRY(reach_.store->get(recipe_object(edition)));
    encode::Recipe recipe = TRY(encode::parse_recipe({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
    TRY_VOID(make_folder(work_));
    FileWriter writer = TRY(FileWriter::create(file, FileMode::Private));
    for (const encode::PartRange& range : recipe.ranges) {
      path part = work_ / range.part;
      std::error_code code;
      if (!std::filesystem::exists(part, code)) {
        TRY_VOID(reach_.store->get_file(upload::part_object(range.part), part));
      }
      TRY_VOID(writer.copy_from(part, range.offset, range.length));
    }
    return writer.commit();
  }

  Result<void> write_reply(const std::string& message_id, const std::string& id, const path& file) {
    track::MediaFile media = TRY(reach_.replies->find(message_id, id));
    FileWriter writer = TRY(FileWriter::create(file, FileMode::Private));
    for (const track::Extent& extent : media.extents) {
      TRY_VOID(writer.copy_from(extent.file, extent.offset, extent.length));
    }
    return writer.commit();
  }

  Result<void> keep_replies(const std::string& message_id, const std::string& prefix) {
    if (reach_.replies == nullptr) return {};
    size_t number = 0;
    for (const track::ReplyVideo& reply : TRY(reach_.replies->of_message(message_id))) {
      ++number;
      std::string what = fmt::format("your video reply of {}", format_utc(reply.received_at));
      if (reply.state != track::ReplyVideoState::Ready) {
        report_.missing.push_back(fmt::format("{}: it cannot be played yet", what));
        continue;
      }
      auto video = [&](const path& file) { return write_reply(message_id, reply.id, file); };
      TRY_VOID(keep(what, fmt::format("{}/reply-{}.mp4", prefix, number), video));
    }
    return {};
  }

  const ExportReach& reach_;
  const path folder_;
  const path work_;
  ExportReport& report_;
  Json files_;
};

// What is believed of a message, judged beside all others of its campaign as the recruiter sees it.
class Beliefs {
 public:
  explicit Beliefs(const track::Ledger& ledger) : ledger_(ledger) {}

  Result<track::CandidateView> of(const track::MessageRecord& record) {
    auto known = campaigns_.find(record.campaign_id);
    if (known == campaigns_.end()) {
      known = campaigns_.emplace(record.campaign_id, TRY(read_status(ledger_, record.campaign_id))).first;
    }
    for (const CampaignStatus& campaign : known->second) {
      for (const MessageStatus& message : campaign.messages) {
        if (message.message.message_id == record.message_id) return message.view;
      }
    }
    return track::CandidateView();
  }

 private:
  const track::Ledger& ledger_;
  std::map<std::string, std::vector<CampaignStatus>> campaigns_;
};

// What history() leaves out of a link that somebody flooded.
void tell_cut(const std::vector<track::LinkHistory>& histories, ExportReport& report) {
  for (const track::LinkHistory& history : histories) {
    if (history.link.purpose != track::Purpose::Candidate || history.events.size() < track::kMostEventsOfLink) continue;
    report.missing.push_back(
        fmt::format("events of one link: of very many the first {0} and the newest {0} are here; ask for the others",
                    track::kMostEventsOfLink / 2));
  }
}

Result<void> fill(const ExportReach& reach, const std::vector<Subject>& subjects, const path& folder, const path& work,
                  const Clock& clock, ExportReport& report) {
  TRY_VOID(make_folder(folder));
  Json data = {{"made_at", format_utc(clock.now())}, {"candidate", Json::array()}, {"messages", Json::array()}};
  Media media(reach, folder, work, report);
  Beliefs beliefs(reach.ledger);
  for (const Subject& subject : subjects) {
    data["candidate"].push_back(record_of_row(subject));
    if (!subject.record) continue;
    auto histories = TRY(reach.ledger.history(subject.record->message_id));
    tell_cut(histories, report);
    Json message = record_of_message(*subject.record, TRY(beliefs.of(*subject.record)), histories);
    message["files"] = TRY(media.of_message(*subject.record, ++report.messages));
    report.events += message["events"].size();
    data["messages"].push_back(std::move(message));
  }
  data["missing"] = report.missing;
  std::string text = data.dump(1, ' ', false, Json::error_handler_t::replace);
  TRY_VOID(write_file(folder / "data.json", text + "\n", FileMode::Private));
  return write_file(folder / "index.html", page_of(data), FileMode::Private);
}

Result<void> pack(const path& folder, const path& file, UtcTime now) {
  ZipWriter zip = TRY(ZipWriter::create(file, now));
  std::vector<path> files = TRY(files_below(folder));
  std::sort(files.begin(), files.end());
  for (const path& one : files) {
    TRY_VOID(zip.add(fmt::format("your-data/{}", one.lexically_relative(folder).generic_string()), one));
  }
  return zip.finish();
}

}  // namespace

Result<ExportReport> export_data(const ExportReach& reach, const std::vector<Subject>& subjects, const path& where,
                                 const Clock& clock) {
  std::error_code code;
  if (std::filesystem::exists(std::filesystem::symlink_status(where, code))) {
    return fail(ErrorKind::Exists, fmt::format("{} is there already", where.string()), "--out a name that is free");
  }
  ExportReport report;
  report.where = where;
  report.missing = reach.also_held;
  WorkFolder work = TRY(WorkFolder::create(reach.work_folder));
  bool is_zip = where.extension() == ".zip";
  if (is_zip) {
    TRY_VOID(fill(reach, subjects, work.path() / "data", work.path() / "parts", clock, report));
    TRY_VOID(pack(work.path() / "data", where, clock.now()));
    return report;
  }
  TRY_VOID(make_folder(where));
  std::filesystem::permissions(where, std::filesystem::perms::owner_all, code);
  if (code)
    return tl::unexpected(system_error(code.value(), fmt::format("cannot keep others out of {}", where.string())));
  TRY_VOID(fill(reach, subjects, where, work.path() / "parts", clock, report));
  return report;
}

}  // namespace candid::campaign
