#include "campaign/job.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include <fmt/format.h>

#include "campaign/greetings/greetings.h"
#include "campaign/layer_reader.h"
#include "capture/take_sidecar.h"
#include "core/digest.h"
#include "core/encoding.h"
#include "media/caption_layout.h"

namespace candid::campaign {
namespace {

constexpr int kLongSide = 1920;  // px, of a video whose size was not asked for
constexpr int kShortSide = 1080;

// In the take's shape, and never larger than it: enlarging adds bytes and no detail.
media::FrameSize size_within(media::FrameSize take, int short_side) {
  double scale = std::min({1.0, static_cast<double>(kLongSide) / std::max(take.width, take.height),
                           static_cast<double>(short_side) / std::min(take.width, take.height)});
  auto even = [&](int side) { return std::max(2, static_cast<int>(std::lround(side * scale)) / 2 * 2); };
  return {even(take.width), even(take.height)};
}

class JobChecker {
 public:
  JobChecker(Job& job, Findings& findings) : job_(job), findings_(findings) {}

  void check_take() {
    auto facts = media::probe(job_.campaign.take);
    if (!facts) {
      report(job_.campaign.take_line, "take", facts.error().describe(), facts.error().hint());
      return;
    }
    job_.take = std::move(*facts);
    auto digest = sha256_file(job_.campaign.take);
    if (!digest) {
      report(job_.campaign.take_line, "take", digest.error().describe(), digest.error().hint());
      return;
    }
    job_.take_digest = to_hex(*digest);
    const VideoChoice& choice = job_.campaign.video;
    Timeline& timeline = job_.timeline;
    timeline.size = choice.size.value_or(size_within(job_.take.video.shown, choice.lines.value_or(kShortSide)));
    timeline.rate = choice.frame_rate.value_or(job_.take.video.output_rate);
    timeline.take_start = job_.campaign.trim_start.at(job_.take.duration);
    Microseconds end = std::min(job_.campaign.trim_end.at(job_.take.duration), job_.take.duration);
    timeline.frames =
        std::llround(static_cast<double>((end - timeline.take_start).count()) / 1e6 * timeline.rate.value());
    if (timeline.frames < 2) {
      bool trimmed = timeline.take_start.count() > 0 || end < job_.take.duration;
      report(job_.campaign.take_line, trimmed ? "trim" : "take",
             fmt::format("leaves fewer than two frames of a take that lasts {}", format_duration(job_.take.duration)),
             trimmed ? "trim less" : "record a longer take");
      return;
    }
    for (size_t i = 0; i < job_.campaign.look.layers.size(); ++i) check_layer(i);
  }

 private:
  void report(int line, std::string key, std::string message, std::string hint) {
    findings_.push_back(
        {Severity::Error, job_.campaign.file, line, std::move(key), std::move(message), std::move(hint)});
  }

  void check_layer(size_t index) {
    overlay::Layer& layer = job_.campaign.look.layers[index];
    int line = job_.campaign.layer_lines[index];
    std::string key = fmt::format("layer[{}]", layer.number);
    Microseconds duration = job_.timeline.duration();
    Microseconds start = layer.start.at(duration);
    Microseconds end = layer.end.at(duration);
    if (job_.timeline.first_frame_from(start) >= job_.timeline.first_frame_from(end)) {
      report(line, key,
             fmt::format("never shows: no frame lies from {} to {} of a video that lasts {}",
                         format_duration(std::max(start, Microseconds{0})),
                         format_duration(std::max(end, Microseconds{0})), format_duration(duration)),
             "start must lie before end, by a frame at least, both within the video; \"-3s\" counts from the end");
    }
    if (layer.kind == overlay::LayerKind::Captions) read_captions(layer, line, key);
  }

  void read_captions(overlay::Layer& layer, int line, const std::string& key) {
    if (layer.lines.empty() && !layer.cues_file.empty()) return;  // told when the file was read
    if (layer.lines.empty()) read_marks(layer, line, key);
    check_reading(layer, line, key);
    // Captions follow the take's clock; the video may begin later.
    for (overlay::CaptionLine& caption : layer.lines) {
      caption.start -= job_.timeline.take_start;
      caption.end -= job_.timeline.take_start;
    }
    std::erase_if(layer.lines, [&](const overlay::CaptionLine& caption) {
      return caption.end <= Microseconds{0} || caption.start >= job_.timeline.duration();
    });
    for (overlay::CaptionLine& caption : layer.lines) caption.start = std::max(caption.start, Microseconds{0});
  }

  void read_marks(overlay::Layer& layer, int line, const std::string& key) {
    auto sidecar = capture::read_sidecar(job_.campaign.take);
    // A recording that was put in the place of another must not get the other's words.
    if (sidecar && !capture::is_of(*sidecar, job_.take)) {
      report(line, key + ".file",
             fmt::format("is missing, and {} was written for another recording: its words are not this take's",
                         capture::sidecar_path(job_.campaign.take).string()),
             "file = \"captions.vtt\"; or delete that file and this [[layer]]");
      return;
    }
    if (!sidecar || sidecar->marks.empty()) {
      report(line, key + ".file", "is missing, and the take has no script marks to make captions of",
             fmt::format("candid captions {} --script script.txt makes them; or delete this [[layer]]",
                         job_.campaign.take.string()));
      return;
    }
    std::vector<media::Cue> spoken;
    for (const auto& mark : sidecar->marks) spoken.push_back({mark.start, mark.end, mark.text});
    std::vector<media::Cue> captions = media::laid_out(spoken, rules(), {}, job_.take.duration);
    References references(job_.campaign, findings_);
    set_captions(layer, captions, line, key, job_.campaign, references, findings_);
  }

  media::CaptionRules rules() const {
    media::CaptionRules rules;
    rules.frame_rate = job_.timeline.rate;
    return rules;
  }

  void check_reading(const overlay::Layer& layer, int line, const std::string& key) {
    std::vector<media::Cue> cues;
    for (const overlay::CaptionLine& caption : layer.lines)
      cues.push_back({caption.start, caption.end, caption.text.source()});
    const std::string file = layer.cues_file.empty() ? "the take's script" : layer.cues_file.string();
    Findings found = media::check_captions(cues, file, rules());
    constexpr size_t kMostTold = 5;
    for (size_t i = 0; i < std::min(found.size(), kMostTold); ++i) findings_.push_back(std::move(found[i]));
    if (found.size() <= kMostTold) return;
    findings_.push_back({Severity::Warning, job_.campaign.file, line, key,
                         fmt::format("{} more captions are hard to read", found.size() - kMostTold),
                         "shorten them, or give them more time"});
  }

  Job& job_;
  Findings& findings_;
};

}  // namespace

encode::VideoSettings Job::encoding() const {
  return {timeline.size, timeline.rate, campaign.video.preset, campaign.video.crf};
}

media::VideoRequest Job::pictures(int64_t first_frame, int64_t count) const {
  return {timeline.size, timeline.rate, campaign.video.fit, timeline.take_start,
          count,         first_frame,   timeline.focus_x,   timeline.focus_y};
}

Result<Job> load_job(const std::filesystem::path& folder, Findings& findings) {
  Job job;
  job.campaign = TRY(read_campaign(folder, findings));
  std::error_code code;
  if (std::filesystem::is_regular_file(job.campaign.take, code)) JobChecker(job, findings).check_take();
  if (std::filesystem::is_regular_file(job.campaign.roster, code)) job.roster = read_roster(job.campaign, findings);
  if (!job.campaign.greetings.empty() && job.timeline.frames > 0) find_greetings(job, findings);
  auto errors =
      std::count_if(findings.begin(), findings.end(), [](const Finding& f) { return f.severity == Severity::Error; });
  if (errors > 0) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("{} {} found; nothing was done", errors, errors == 1 ? "problem was" : "problems were"));
  }
  job.logo = TRY(draw_page_logo(job.campaign.brand.logo));
  return job;
}

}  // namespace candid::campaign
