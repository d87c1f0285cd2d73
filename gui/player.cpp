#include "gui/player.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "gui/sound_player.h"
#include "media/audio_reader.h"
#include "media/video_reader.h"

namespace candid::gui {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr Microseconds kSoundAhead{250'000};  // waits in the speakers' queue, at most
constexpr int kSoundBlock = 2048;             // samples a channel
constexpr int kWidestShown = 1280;            // px: no window shows more of it

media::FrameSize shown_size(media::FrameSize size) {
  if (size.width <= kWidestShown) return size;
  return {kWidestShown, std::max(2, size.height * kWidestShown / size.width / 2 * 2)};
}

}  // namespace

struct Player::Shared {
  mutable std::mutex mutex;
  std::condition_variable_any changed;
  View view;
  std::optional<media::Frame> picture;
  std::optional<Microseconds> wanted{Microseconds{0}};  // a place to go to
  Speakers* speakers = nullptr;                         // once something was played
};

namespace {

// One way through the file from a place on.
class Passage {
 public:
  static Result<Passage> open(const std::filesystem::path& file, const media::RecordingFacts& facts,
                              Microseconds from) {
    Passage passage;
    passage.rate_ = facts.video.output_rate;
    passage.from_ = from;
    media::VideoRequest pictures;
    pictures.size = shown_size(facts.video.shown);
    pictures.frame_rate = passage.rate_;
    pictures.start = from;
    pictures.frame_count =
        std::max<int64_t>(1, static_cast<int64_t>(to_seconds(facts.duration - from) * passage.rate_.value()));
    passage.pictures_.emplace(TRY(media::VideoReader::open(file, pictures)));
    const auto samples = static_cast<int64_t>(to_seconds(facts.duration - from) * media::kSampleRate);
    if (facts.audio && samples > 0) passage.sound_.emplace(TRY(media::AudioReader::open(file, from, samples)));
    return passage;
  }

  Result<std::optional<media::Frame>> next_picture() {
    ++shown_;
    return pictures_->next();
  }
  // When the next picture is due, on the file's timeline.
  Microseconds next_due() const { return from_ + Microseconds(shown_ * 1'000'000 * rate_.den / rate_.num); }
  // Fills the speakers' queue.
  Result<void> feed(SoundPlayer& sound) {
    while (sound_ && sound.is_heard() && sound.waiting() < kSoundAhead) {
      media::Samples block = TRY(sound_->next(kSoundBlock));
      if (block.empty()) break;
      pushed_ += static_cast<int64_t>(block.size()) / media::kChannels;
      sound.push(block);
    }
    return {};
  }
  // Where the sound is; nothing without one that is heard.
  std::optional<Microseconds> heard(const SoundPlayer& sound) const {
    if (!sound_ || !sound.is_heard() || pushed_ == 0) return std::nullopt;
    const Microseconds waiting = sound.waiting();
    if (waiting == Microseconds{0}) return std::nullopt;  // it is over, or was late: the clock goes on
    return from_ + Microseconds(pushed_ * 1'000'000 / media::kSampleRate) - waiting;
  }

 private:
  Passage() = default;
  std::optional<media::VideoReader> pictures_;
  std::optional<media::AudioReader> sound_;
  Rational rate_;
  Microseconds from_{0};
  int64_t shown_ = 0;
  int64_t pushed_ = 0;  // samples a channel
};

}  // namespace

Player::Player(Waker waker, std::filesystem::path file)
    : shared_(std::make_shared<Shared>()),
      worker_([shared = shared_, waker = std::move(waker), file = std::move(file)](const std::stop_token& stop) {
        work(shared, waker, file, stop);
      }) {}

void Player::work(const std::shared_ptr<Shared>& shared, const Waker& waker, const std::filesystem::path& file,
                  const std::stop_token& stop) {
  auto fail_with = [&](const Error& error) {
    {
      std::lock_guard lock(shared->mutex);
      shared->view.problem = error;
      shared->view.is_playing = false;
    }
    waker.wake();
  };
  auto facts = media::probe(file);
  if (!facts) return fail_with(facts.error());
  {
    std::lock_guard lock(shared->mutex);
    shared->view.facts = *facts;
    shared->view.is_ready = true;
  }
  std::optional<SoundPlayer> sound;
  std::optional<Passage> passage;
  Microseconds clock_began{0};  // on the file's timeline
  SteadyClock::time_point began{};
  bool was_playing = false;
  while (!stop.stop_requested()) {
    std::unique_lock lock(shared->mutex);
    if (!shared->wanted && !shared->view.is_playing) {
      if (std::exchange(was_playing, false)) sound->stop();
      shared->changed.wait(lock, stop, [&] { return shared->wanted || shared->view.is_playing; });
      continue;
    }
    const std::optional<Microseconds> wanted = std::exchange(shared->wanted, std::nullopt);
    const bool plays = shared->view.is_playing;
    const Microseconds position = shared->view.position;
    if (plays && !sound) sound.emplace(*shared->speakers);
    lock.unlock();
    if (wanted || !passage || (plays && !was_playing)) {
      if (sound) sound->stop();
      const Microseconds from = std::clamp(wanted.value_or(position), Microseconds{0}, facts->duration);
      auto opened = Passage::open(file, *facts, from);
      if (!opened) return fail_with(opened.error());
      passage.emplace(std::move(*opened));
      clock_began = from;
      began = SteadyClock::now();
      was_playing = false;
    }
    if (plays && !std::exchange(was_playing, true)) sound->start();
    if (plays) {
      if (auto fed = passage->feed(*sound); !fed) return fail_with(fed.error());
      const Microseconds by_clock = clock_began + std::chrono::duration_cast<Microseconds>(SteadyClock::now() - began);
      const Microseconds now = passage->heard(*sound).value_or(by_clock);
      if (now < passage->next_due()) {
        lock.lock();
        const auto pause = std::min<Microseconds>(passage->next_due() - now, kSoundAhead / 4);
        shared->changed.wait_for(lock, stop, pause, [&] { return shared->wanted || !shared->view.is_playing; });
        continue;
      }
    }
    const Microseconds due = passage->next_due();
    auto picture = passage->next_picture();
    if (!picture) return fail_with(picture.error());
    lock.lock();
    if (*picture) {
      shared->picture = std::move(**picture);
      if (!shared->wanted) shared->view.position = due;
    } else {
      shared->view.is_playing = false;
      shared->view.position = facts->duration;
    }
    lock.unlock();
    waker.wake();
  }
}

void Player::play(Microseconds from) {
  Speakers& speakers = Speakers::of_this_machine();
  std::lock_guard lock(shared_->mutex);
  shared_->speakers = &speakers;
  shared_->wanted = from;
  shared_->view.position = from;
  shared_->view.is_playing = true;
  shared_->changed.notify_all();
}

void Player::pause() {
  std::lock_guard lock(shared_->mutex);
  shared_->view.is_playing = false;
  shared_->changed.notify_all();
}

void Player::seek(Microseconds to) {
  std::lock_guard lock(shared_->mutex);
  shared_->wanted = to;
  shared_->view.position = to;
  shared_->changed.notify_all();
}

Player::View Player::look() const {
  std::lock_guard lock(shared_->mutex);
  return shared_->view;
}

std::optional<media::Frame> Player::take_picture() {
  std::lock_guard lock(shared_->mutex);
  return std::exchange(shared_->picture, std::nullopt);
}

}  // namespace candid::gui
