#include "campaign/greetings/hands_free.h"

#include <cmath>

#include <gtest/gtest.h>

namespace candid::campaign {
namespace {

using namespace std::chrono_literals;

constexpr int kMoment = media::kSampleRate / 30;  // samples a channel

// So many seconds of one loudness, moment by moment; how often a greeting was over.
int hear(HandsFree& ear, std::chrono::milliseconds length, double dbfs) {
  const auto peak = static_cast<float>(std::pow(10, dbfs / 20) * std::sqrt(2));
  int over = 0;
  for (int64_t moment = 0; moment < length.count() * 30 / 1000; ++moment) {
    media::Samples sound;
    for (int i = 0; i < kMoment; ++i) {
      const float value = peak * std::sin(static_cast<float>(i) * 0.05F);
      sound.insert(sound.end(), {value, value});
    }
    over += ear.hear(sound) ? 1 : 0;
  }
  return over;
}

constexpr double kRoom = -55;
constexpr double kVoice = -22;

TEST(HandsFree, SpeechAndThenSilenceIsAGreetingOnce) {
  HandsFree ear;
  EXPECT_EQ(hear(ear, 1s, kRoom), 0);
  EXPECT_EQ(hear(ear, 1500ms, kVoice), 0);
  EXPECT_EQ(hear(ear, 5s, kRoom), 1);
  EXPECT_EQ(hear(ear, 1200ms, kVoice), 0);
  EXPECT_EQ(hear(ear, 2s, kRoom), 1);
}

TEST(HandsFree, APauseBetweenTwoSentencesIsNoEnd) {
  HandsFree ear;
  hear(ear, 1s, kRoom);
  hear(ear, 800ms, kVoice);
  EXPECT_EQ(hear(ear, 700ms, kRoom), 0);
  hear(ear, 800ms, kVoice);
  EXPECT_EQ(hear(ear, 2s, kRoom), 1);
}

TEST(HandsFree, ACoughIsNoGreeting) {
  HandsFree ear;
  hear(ear, 1s, kRoom);
  hear(ear, 200ms, kVoice);
  EXPECT_EQ(hear(ear, 3s, kRoom), 0);
}

TEST(HandsFree, ALoudRoomIsASilenceToo) {
  HandsFree ear;
  hear(ear, 3s, -38);
  hear(ear, 1500ms, -18);
  EXPECT_EQ(hear(ear, 3s, -38), 1);
}

TEST(HandsFree, WhatWasSaidBeforeAnotherNameCameUpDoesNotCount) {
  HandsFree ear;
  hear(ear, 1s, kRoom);
  hear(ear, 1500ms, kVoice);
  ear.begin_anew();
  EXPECT_EQ(hear(ear, 3s, kRoom), 0);
}

TEST(HandsFree, NothingIsHeardWithoutSound) {
  HandsFree ear;
  EXPECT_FALSE(ear.hear({}));
}

}  // namespace
}  // namespace candid::campaign
