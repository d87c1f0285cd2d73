#include "track/evidence/media_bytes.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace candid::track {
namespace {

constexpr double kSize = 1000;

Event fetched(int first, int length, int sent) {
  Event event;
  event.kind = EventKind::Media;
  event.body = fmt::format(R"({{"first":{},"length":{},"size":1000}})", first, length);
  note_sent(event, static_cast<uint64_t>(sent));
  return event;
}

Event begun(int first, int length) {
  Event event;
  event.kind = EventKind::Media;
  event.body = fmt::format(R"({{"first":{},"length":{},"size":1000}})", first, length);
  return event;
}

Event ended(int sent) {
  Event event;
  event.kind = EventKind::MediaEnd;
  event.body = fmt::format(R"({{"sent":{}}})", sent);
  return event;
}

double fraction_of(const std::vector<Event>& events) {
  MediaBytes bytes;
  for (const Event& event : events) bytes.add(event);
  return bytes.fraction();
}

TEST(MediaBytes, NothingIsNothing) {
  EXPECT_EQ(fraction_of({}), 0);
  EXPECT_EQ(fraction_of({fetched(0, 1000, 0)}), 0);
  EXPECT_EQ(fraction_of({begun(0, 1000), ended(0)}), 0);
}

TEST(MediaBytes, WhatWasSentCountsAndNotWhatWasAskedFor) {
  EXPECT_EQ(fraction_of({fetched(0, 1000, 250)}), 250 / kSize);
  EXPECT_EQ(fraction_of({fetched(0, 1000, 250), fetched(250, 750, 750)}), 1);
}

TEST(MediaBytes, TheBeginningThatIsFetchedAgainAndAgainCountsOnce) {
  EXPECT_EQ(fraction_of(std::vector<Event>(10, fetched(0, 1000, 100))), 100 / kSize);
}

TEST(MediaBytes, OfOlderLedgersEndsStandApart) {
  EXPECT_EQ(fraction_of({begun(0, 500), ended(200)}), 200 / kSize);
  EXPECT_EQ(fraction_of({begun(0, 500)}), 500 / kSize) << "under way";
  EXPECT_EQ(fraction_of({begun(0, 500), ended(500), fetched(400, 600, 100)}), 500 / kSize);
}

TEST(MediaBytes, AVideoOfUnknownLengthIsAllowedWhole) {
  Event event = fetched(0, 0, 10);
  event.body = R"({"first":0,"length":0,"sent":10})";
  EXPECT_EQ(fraction_of({event}), 1);
}

}  // namespace
}  // namespace candid::track
