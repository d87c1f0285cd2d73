#include "campaign/publishing/message_check.h"

#include <algorithm>

#include <fmt/format.h>

#include "campaign/serving/store_library.h"
#include "core/digest.h"
#include "core/encoding.h"
#include "core/text.h"
#include "media/probe.h"

namespace candid::campaign {

Result<encode::Recipe> checked_recipe(const Job& job, const Workspace& workspace, const PlannedMessage& message) {
  std::optional<encode::Recipe> recipe = workspace.find_recipe(message.id);
  if (!recipe || recipe->key != message.key || !workspace.has_parts(*recipe)) {
    return fail(ErrorKind::NotFound, recipe ? "its rendering is out of date" : "it is not rendered yet",
                fmt::format("candid render {}", job.campaign.folder.string()));
  }
  // Both the file that lies in out/ and the head that the store will serve.
  const std::string mark = "candid message " + message.id;
  auto tags = TRY(media::read_tags(workspace.folder() / message.file_name));
  std::filesystem::path head_path = TRY(workspace.part_path(recipe->ranges.front().part));
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

bool is_same_owner(const Campaign& campaign, const Candidate& candidate, const track::MessageRecord& earlier) {
  bool same_campaign = earlier.campaign_name == campaign.name;
  bool same_name = earlier.candidate_name == candidate.name;
  bool same_mail = to_lower(earlier.candidate_email) == to_lower(candidate.email);
  bool has_mail = !candidate.email.empty() && !earlier.candidate_email.empty();
  return same_name || (same_mail && has_mail && same_campaign);
}

Result<void> check_owner(const Job& job, const Candidate& candidate, const track::MessageRecord& earlier) {
  if (is_same_owner(job.campaign, candidate, earlier)) return {};
  return fail(ErrorKind::InvalidInput,
              fmt::format("the link of id \"{}\" in campaign \"{}\" was given to {}, and this row is {}",
                          shorten(candidate.id, 40), job.campaign.id, shorten(earlier.candidate_name, 40),
                          shorten(candidate.name, 40)),
              "give this candidate an id of their own; a campaign that was copied or has the name of another needs its "
              "own id in "
              "campaign.toml");
}

Result<void> check_expiry(const Campaign& campaign, const Clock& clock) {
  const auto& expires = campaign.publish.expires;
  if (!expires || !expires->moment || *expires->moment > clock.now()) return {};
  return fail(
      ErrorKind::InvalidInput,
      fmt::format("{}: publish.expires: the links would be over since {}", campaign.file, format_utc(*expires->moment)),
      "a day to come, or a number of days: \"30d\"");
}

Result<track::MessageRecord> record_of(const Job& job, const PlannedMessage& message, const encode::Recipe& recipe,
                                       const std::string& edition) {
  const Campaign& campaign = job.campaign;
  const Candidate& candidate = job.roster.candidates[message.candidate];
  track::MessageRecord record;
  record.campaign_id = campaign.id;
  record.campaign_name = campaign.name;
  record.message_id = message.id;
  record.candidate_id = candidate.id;
  record.candidate_name = candidate.name;
  record.candidate_email = candidate.email;
  record.roster_line = candidate.line;
  record.duration = recipe.duration;
  record.page.language =
      campaign.page.language_of_browser ? std::string(track::kBrowserLanguage) : campaign.page.language;
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
  record.page.booking_url = TRY(campaign.page.booking.expand(candidate.fields));
  record.page.keep_days = campaign.publish.keep_days;
  record.page.takes_replies = campaign.page.reply;
  record.page.tracking = campaign.publish.tracking;
  if (job.logo) record.page.logo = job.logo->shown;
  record.video_ref = campaign.publish.compose ? composed_ref(edition) : video_ref(edition);
  record.poster_ref = poster_ref(recipe.poster);
  record.captions_ref = captions_ref(recipe.captions);
  const auto& layers = campaign.look.layers;
  record.page.captions_in_picture = std::any_of(layers.begin(), layers.end(), [](const overlay::Layer& layer) {
    return layer.kind == overlay::LayerKind::Captions && layer.is_burned_in;
  });
  return record;
}

std::string digest_of(const track::MessageRecord& record) {
  Sha256Hasher hasher;
  for (const std::string& text :
       {record.campaign_id, record.campaign_name, record.message_id, record.candidate_id, record.candidate_name,
        record.candidate_email, fmt::format("{} {}", record.roster_line, record.duration.count()),
        track::to_json(record.page), record.video_ref, record.poster_ref, record.captions_ref}) {
    hasher.update_field(text);
  }
  return to_hex(hasher.finish());
}

}  // namespace candid::campaign
