#include "gui/sound_player.h"

#include <cstdlib>

#include <gtest/gtest.h>

namespace candid::gui {
namespace {

// SDL's dummy card plays to nobody, in real time.
Speakers& speakers() {
  setenv("SDL_AUDIODRIVER", "dummy", 1);
  return Speakers::of_this_machine();
}

const media::Samples kMinute(size_t{60} * media::kSampleRate * media::kChannels, 0.1F);

TEST(SoundPlayer, IsHeardWhileItHasTheSpeakers) {
  SoundPlayer player(speakers());
  player.push(kMinute);
  EXPECT_EQ(player.waiting(), Microseconds{0}) << "it has not started";
  player.start();
  EXPECT_TRUE(player.is_heard());
  player.push(kMinute);
  EXPECT_GT(player.waiting(), Microseconds{30'000'000});
  player.stop();
  EXPECT_FALSE(player.is_heard());
  EXPECT_EQ(player.waiting(), Microseconds{0});
}

TEST(SoundPlayer, LosesTheSpeakersToWhoStartsAfterIt) {
  SoundPlayer first(speakers());
  SoundPlayer second(speakers());
  first.start();
  first.push(kMinute);
  second.start();
  EXPECT_FALSE(first.is_heard());
  EXPECT_EQ(second.waiting(), Microseconds{0}) << "what the first one left";
  second.push(kMinute);
  first.push(kMinute);
  first.stop();
  EXPECT_TRUE(second.is_heard());
  EXPECT_LE(second.waiting(), Microseconds{60'000'000});
  EXPECT_GT(second.waiting(), Microseconds{30'000'000});
}

TEST(SoundPlayer, GivesTheSpeakersBackWhenItGoes) {
  SoundPlayer first(speakers());
  {
    SoundPlayer second(speakers());
    second.start();
    second.push(kMinute);
  }
  first.start();
  EXPECT_EQ(first.waiting(), Microseconds{0});
}

}  // namespace
}  // namespace candid::gui
