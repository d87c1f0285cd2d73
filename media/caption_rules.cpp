#include "media/caption_rules.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "core/text.h"
#include "core/time.h"
#include "media/caption_text.h"

namespace candid::media {
namespace {

double reading_speed(const Cue& cue) {
  return static_cast<double>(caption_characters(cue.text)) / std::max(to_seconds(cue.end - cue.start), 0.001);
}

}  // namespace

Microseconds CaptionRules::gap() const {
  return Microseconds(std::llround(gap_frames * 1e6 / std::max(frame_rate.value(), 1.0)));
}

size_t caption_characters(std::string_view text) {
  size_t count = 0;
  while (!text.empty()) {
    size_t field = field_length(text);
    auto [c, length] = first_character(text);
    count += field > 0 ? kFieldCharacters : characters_of(c);
    text.remove_prefix(std::max(field, length));
  }
  return count;
}

Findings check_captions(const std::vector<Cue>& cues, std::string_view file, const CaptionRules& rules) {
  Findings findings;
  auto warn = [&](std::string message, std::string hint) {
    findings.push_back({Severity::Warning, std::string(file), 0, "", std::move(message), std::move(hint)});
  };
  std::vector<Cue> sorted = cues;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Cue& a, const Cue& b) { return a.start < b.start; });
  const Cue* before = nullptr;  // the one that is shown longest so far
  size_t hurried = 0;
  Microseconds first_hurried{0};
  for (const Cue& cue : sorted) {
    std::string which = fmt::format("the caption at {}", webvtt_time(cue.start));
    auto lines = lines_of(cue.text);
    if (lines.size() > rules.lines) {
      warn(fmt::format("{} has {} lines, at most {}", which, lines.size(), rules.lines), "split it into two captions");
    }
    for (std::string_view line : lines) {
      if (size_t count = caption_characters(line); count > rules.line_characters) {
        warn(fmt::format("{} has a line of {} characters, at most {}: \"{}\"", which, count, rules.line_characters,
                         shorten(line, 30)),
             "break it into two lines, or split the caption");
      }
    }
    Microseconds shown = cue.end - cue.start;
    if (shown < rules.shortest - kFileResolution) {
      warn(fmt::format("{} is shown for {:.2f} s, at least {:.2f} s", which, to_seconds(shown),
                       to_seconds(rules.shortest)),
           "let it end later, or join it with the next one");
    }
    if (shown > rules.longest + kFileResolution) {
      warn(fmt::format("{} is shown for {:.1f} s, at most {:.1f} s", which, to_seconds(shown),
                       to_seconds(rules.longest)),
           "split it, or let it end with the words");
    }
    // Half of what the message's last digit tells is no breach.
    if (double speed = reading_speed(cue); speed >= rules.characters_per_second + 0.05) {
      warn(fmt::format("{} is read at {:.1f} characters a second, at most {:.0f}", which, speed,
                       rules.characters_per_second),
           "use fewer words, or let it end later");
    }
    if (before != nullptr && cue.start < before->end - kFileResolution) {
      warn(fmt::format("{} begins while the one at {} is still shown, until {}", which, webvtt_time(before->start),
                       webvtt_time(before->end)),
           "let the earlier one end sooner");
    } else if (before != nullptr && cue.start - before->end < rules.gap() - kFileResolution) {
      if (hurried++ == 0) first_hurried = cue.start;
    }
    if (before == nullptr || cue.end > before->end) before = &cue;
  }
  if (hurried > 0) {
    warn(fmt::format("{} less than {} frames ({:.0f} ms) after the one before; the first at {}",
                     hurried == 1 ? "1 caption begins" : fmt::format("{} captions begin", hurried), rules.gap_frames,
                     to_seconds(rules.gap()) * 1e3, webvtt_time(first_hurried)),
         "without a gap nobody sees that the words have changed");
  }
  return findings;
}

}  // namespace candid::media
