#include "capture/live/synchronizer.h"

#include <algorithm>
#include <utility>

namespace candid::capture {
namespace {

// A picture is shown at a moment when its time lies so close to it, in moments. Wider than one, so that a picture
// whose time wavers at an edge is neither dropped nor doubled; more to the later side, as sound that comes late is less
// seen than sound that comes early (ITU-R BT.1359: -125 ms against +45 ms).
constexpr double kEarliest = -0.3;
constexpr double kLatest = 0.9;
// With pictures and sound that are on their way: more than most drivers hold back.
constexpr Microseconds kSoundPatience{400'000};
constexpr Microseconds kLongestPatience{1'200'000};
constexpr Microseconds kMargin{100'000};
constexpr size_t kMostEarlyBlocks = 400;

}  // namespace

Synchronizer::Synchronizer(Format format) : format_(format), patience_(kSoundPatience) {}

void Synchronizer::push(CapturedPicture picture) {
  ++counts_.captured;
  if (resting_) {
    ++counts_.dropped[Drop::Standby];
  } else if (!picture.frame) {
    ++counts_.dropped[Drop::Damaged];
  } else if (pictures_.size() >= format_.most_waiting) {
    ++counts_.dropped[Drop::EncoderSlow];
  } else {
    pictures_.push_back(std::move(picture));
  }
}

Result<void> Synchronizer::push(CapturedSound sound) {
  if (resting_) return {};
  if (sound_) return sound_->push(sound);
  early_.push_back(std::move(sound));
  if (early_.size() > kMostEarlyBlocks) early_.pop_front();
  return {};
}

// The first picture's time, else the first sample's.
bool Synchronizer::find_origin() {
  if (origin_) return true;
  if (format_.has_pictures && !pictures_.empty()) origin_ = pictures_.front().time;
  if (!format_.has_pictures && !early_.empty()) origin_ = early_.front().time;
  return origin_.has_value();
}

Microseconds Synchronizer::time_of(int64_t moment) const {
  return origin_.value_or(Microseconds{0}) + Microseconds(moment * 1'000'000 * format_.rate.den / format_.rate.num);
}

int64_t Synchronizer::sample_at(int64_t moment) const {
  return moment * media::kSampleRate * format_.rate.den / format_.rate.num;
}

double Synchronizer::place_of(Microseconds time) const {
  return std::chrono::duration<double>(time - *origin_).count() * format_.rate.value();
}

Synchronizer::Next Synchronizer::next_picture(Microseconds now) {
  const auto moment = static_cast<double>(next_);
  while (!pictures_.empty() && place_of(pictures_.front().time) < moment + kEarliest) {
    let_go(pictures_.front(), now);
    pictures_.pop_front();
  }
  if (!pictures_.empty()) return place_of(pictures_.front().time) <= moment + kLatest ? Next::Picture : Next::Repeat;
  if (now <= time_of(next_ + 1) + patience_) return Next::Wait;
  ++given_up_;
  return Next::Repeat;
}

// A picture whose moment is over.
void Synchronizer::let_go(const CapturedPicture& picture, Microseconds now) {
  if (given_up_ == 0) {
    ++counts_.dropped[Drop::Surplus];
    return;
  }
  --given_up_;
  ++counts_.dropped[Drop::Late];
  patience_ = std::clamp(now - picture.time + kMargin, patience_, kLongestPatience);
}

bool Synchronizer::is_sound_ready(Microseconds now) const {
  return sound_->available() >= sample_at(next_ + 1) - sample_at(next_) || now > time_of(next_ + 1) + kSoundPatience;
}

Result<std::optional<Moment>> Synchronizer::pull(Microseconds now) {
  resting_ = false;
  if (!find_origin()) return std::nullopt;
  if (format_.sound_rate && !sound_) {
    sound_ = TRY(SoundAligner::create(*format_.sound_rate, *origin_));
    for (const CapturedSound& block : std::exchange(early_, {})) TRY_VOID(sound_->push(block));
  }
  if (sound_ && !is_sound_ready(now)) return std::nullopt;
  Moment moment;
  moment.captured_at = time_of(next_);
  if (format_.has_pictures) {
    Next next = next_picture(now);
    if (next == Next::Wait) return std::nullopt;
    moment.is_repeat = next == Next::Repeat;
    if (next == Next::Picture) {
      shown_ = std::move(pictures_.front().frame);
      pictures_.pop_front();
    }
    moment.frame = shown_->share();
  }
  if (sound_) moment.sound = sound_->take(sample_at(next_ + 1) - sample_at(next_));
  ++next_;
  return moment;
}

void Synchronizer::rest() {
  counts_.dropped[Drop::Standby] += static_cast<int64_t>(pictures_.size());
  if (sound_) counts_.missing_sound += sound_->missing();
  pictures_.clear();
  early_.clear();
  sound_.reset();
  origin_.reset();
  next_ = 0;
  given_up_ = 0;
  resting_ = true;
}

SourceCounts Synchronizer::counts() const {
  SourceCounts counts = counts_;
  counts.waiting = static_cast<int64_t>(pictures_.size());
  if (sound_) counts.missing_sound += sound_->missing();
  return counts;
}

}  // namespace candid::capture
