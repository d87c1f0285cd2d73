#include "campaign/take_captions.h"

#include <chrono>

#include <fmt/format.h>

#include "capture/take_sidecar.h"
#include "core/files.h"
#include "media/caption_layout.h"
#include "media/probe.h"

namespace candid::campaign {
namespace {

std::string remark_for_editors() {
  media::CaptionRules rules;
  return fmt::format(
      "To be edited: mend words and times; no player shows this remark. At most {} characters a line, {} lines,\n"
      "{} characters a second, and {:.2f} s to {:.0f} s for each caption, so that everybody can follow.",
      rules.line_characters, rules.lines, rules.characters_per_second,
      std::chrono::duration<double>(rules.shortest).count(), std::chrono::duration<double>(rules.longest).count());
}

}  // namespace

Result<capture::Script> script_of_take(const std::filesystem::path& take, const std::filesystem::path& script) {
  if (!script.empty()) return capture::read_script(script);
  auto sidecar = capture::read_sidecar(take);
  capture::Script lines;
  for (const auto& mark : sidecar ? sidecar->marks : std::vector<capture::ScriptMark>()) lines.push_back(mark.text);
  if (lines.empty()) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("{} has no script beside it ({})", take.string(),
                            sidecar ? "its sidecar has no marks" : sidecar.error().message()),
                "--script FILE, with what is said, one sentence a line");
  }
  return lines;
}

Result<TakeCaptions> caption_take(const std::filesystem::path& take, const capture::Script& script,
                                  const std::filesystem::path& file) {
  auto facts = TRY(media::probe(take));
  auto timing = TRY(capture::time_script(script, take));
  std::vector<media::Cue> spoken;
  for (const auto& mark : timing.marks) spoken.push_back({mark.start, mark.end, mark.text});
  std::vector<media::Silence> silences;
  for (size_t i = 1; i < timing.voiced.size(); ++i) {
    silences.push_back({timing.voiced[i - 1].end, timing.voiced[i].start});
  }
  media::CaptionRules rules;
  rules.frame_rate = facts.video.output_rate;
  TakeCaptions captions;
  captions.cues = media::laid_out(spoken, rules, silences, facts.duration);
  captions.findings = media::check_captions(captions.cues, file.string(), rules);
  captions.placed_by = timing.placed_by;
  captions.lines = timing.marks.size();
  return captions;
}

Result<void> write_captions(const TakeCaptions& captions, const std::filesystem::path& file) {
  return write_file(file, media::to_webvtt(captions.cues, remark_for_editors()));
}

std::optional<size_t> layer_without_words(const Campaign& campaign) {
  for (const overlay::Layer& layer : campaign.look.layers) {
    if (layer.kind != overlay::LayerKind::Captions || !layer.lines.empty() || !layer.cues_file.empty()) continue;
    auto sidecar = capture::read_sidecar(campaign.take);
    if (!sidecar || sidecar->marks.empty()) return layer.number;
  }
  return std::nullopt;
}

}  // namespace candid::campaign
