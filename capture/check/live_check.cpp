#include "capture/check/live_check.h"

#include <algorithm>
#include <cmath>

#include "capture/check/picture_check.h"
#include "capture/check/picture_findings.h"
#include "capture/check/sound_check.h"
#include "capture/check/sound_findings.h"

namespace candid::capture {
namespace {

constexpr Microseconds kMemory{10'000'000};
constexpr Microseconds kSettled{5'000'000};  // before it, somebody may be about to speak
constexpr Microseconds kFewestPictures{1'000'000};
constexpr PictureCheckSettings kSettings{
    .every = Microseconds{250'000}, .face_every = Microseconds{1'000'000}, .thorough_every = Microseconds{2'000'000}};

}  // namespace

struct LiveCheck::State {
  SourceFormat format;
  PictureCheck pictures;
  SoundCheck sound{kMemory};
  SoundCheck last_second{Microseconds{1'000'000}};
  int64_t moments = 0;

  Microseconds now() const { return Microseconds(moments * 1'000'000 * format.frame_rate.den / format.frame_rate.num); }
};

LiveCheck::LiveCheck(std::unique_ptr<State> state) : state_(std::move(state)) {}
LiveCheck::LiveCheck(LiveCheck&&) noexcept = default;
LiveCheck& LiveCheck::operator=(LiveCheck&&) noexcept = default;
LiveCheck::~LiveCheck() = default;

Result<LiveCheck> LiveCheck::create(const SourceFormat& format) {
  PictureCheck pictures = TRY(PictureCheck::create(kSettings));
  auto state = std::make_unique<State>(State{format, std::move(pictures)});
  return LiveCheck(std::move(state));
}

Result<void> LiveCheck::push(const Moment& moment) {
  State& state = *state_;
  Microseconds time = state.now();
  ++state.moments;
  state.sound.push(moment.sound);
  state.last_second.push(moment.sound);
  if (moment.frame) TRY(state.pictures.push(*moment.frame, time));
  state.pictures.forget_before(time - kMemory);
  return {};
}

LiveLevels LiveCheck::levels() const {
  SoundFacts recent = state_->last_second.facts();
  LiveLevels levels{recent.peak_dbfs, recent.level_dbfs, state_->sound.facts().voice.has_value(), false};
  const auto& pictures = state_->pictures.pictures();
  auto searched = std::find_if(pictures.rbegin(), pictures.rend(),
                               [](const PictureFacts& picture) { return picture.was_searched; });
  levels.face_is_seen = searched != pictures.rend() && searched->face;
  return levels;
}

TakeFindings LiveCheck::findings() const {
  const State& state = *state_;
  TakeFindings findings;
  Microseconds now = state.now();
  Microseconds window_start = std::max(Microseconds{0}, now - kMemory);
  if (state.format.has_sound) {
    SoundFacts facts = state.sound.facts();
    if (facts.voice || facts.length >= kSettled) {
      findings = sound_findings(facts);
      for (TakeFinding& finding : findings) {
        finding.where.start += window_start;
        finding.where.end += window_start;
      }
    }
  }
  if (state.format.size && now >= kFewestPictures) {
    TakeFindings seen = picture_findings(state.pictures.pictures(), now, state.format.shows);
    std::erase_if(seen, [&](const TakeFinding& finding) { return finding.fault == Fault::NoFace && now < kSettled; });
    findings.insert(findings.end(), seen.begin(), seen.end());
  }
  return findings;
}

}  // namespace candid::capture
