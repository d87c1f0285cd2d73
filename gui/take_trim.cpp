#include "gui/take_trim.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "gui/words.h"

namespace candid::gui {
namespace {

std::optional<overlay::TimeMark> mark_in(const std::string& words) {
  const auto time = parse_duration(words);
  if (!time) return std::nullopt;
  const bool from_end = words.starts_with('-');
  return overlay::TimeMark{from_end ? -*time : *time, from_end};
}

std::string words_for(const overlay::TimeMark& mark) {
  return fmt::format("{}{:.2f}s", mark.from_end ? "-" : "", to_seconds(mark.offset));
}

// Whatever the take's length is.
bool cuts_nothing(const TrimMarks& marks) {
  const Microseconds none{0};
  return !marks.start.from_end && marks.start.offset == none && marks.end.from_end && marks.end.offset == none;
}

}  // namespace

TrimMarks trim_of(const campaign::Campaign& campaign) {
  return {campaign.trim_start, campaign.trim_end};
}

capture::Trim cut_by(const TrimMarks& marks, Microseconds length) {
  const Microseconds none{0};
  const Microseconds whole = std::max(none, length);
  const Microseconds start = std::clamp(marks.start.at(whole), none, whole);
  return {start, std::clamp(whole - marks.end.at(whole), none, whole - start)};
}

PlayTime play_time(const capture::Trim& cut, Microseconds take, Microseconds position) {
  const Microseconds none{0};
  const Microseconds length = std::max(none, take - cut.start - cut.end);
  return {std::clamp(position - cut.start, none, length), length};
}

void move_to(TrimMarks& marks, const capture::Trim& cut, Microseconds length) {
  const capture::Trim now = cut_by(marks, length);
  if (cut.start != now.start) marks.start.offset = marks.start.from_end ? length - cut.start : cut.start;
  if (cut.end != now.end) marks.end.offset = marks.end.from_end ? cut.end : length - cut.end;
}

std::vector<std::string> trim_words(const TrimMarks& marks, const std::vector<std::string>& said) {
  std::vector<std::string> words;
  for (const overlay::TimeMark& mark : {marks.start, marks.end}) {
    const size_t at = words.size();
    const auto before = at < said.size() ? mark_in(said[at]) : std::nullopt;
    const bool is_the_same = before && before->offset == mark.offset && before->from_end == mark.from_end;
    words.push_back(is_the_same ? said[at] : words_for(mark));
  }
  return words;
}

bool set_trim(CampaignEdits& edits, const TrimMarks& marks) {
  return edits.edit([&](campaign::CampaignEditor& editor) {
    const auto said = editor.value({}, "trim");
    if (!said && cuts_nothing(marks)) return Result<void>();
    const auto* words = said ? std::get_if<std::vector<std::string>>(&*said) : nullptr;
    return editor.set({}, "trim", trim_words(marks, words == nullptr ? std::vector<std::string>{} : *words),
                      tr("trim the take"));
  });
}

bool drop_trim(CampaignEdits& edits) {
  return edits.edit([](campaign::CampaignEditor& editor) { return editor.remove({}, "trim", tr("trim the take")); });
}

}  // namespace candid::gui
