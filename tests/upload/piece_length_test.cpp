#include "upload/http/piece_length.h"

#include <gtest/gtest.h>

namespace candid::upload {
namespace {

constexpr uint64_t kMiB = 1 << 20;

TEST(PieceLength, WhatGetsThereMakesPiecesLongAgain) {
  PieceLength pieces;
  EXPECT_EQ(pieces.current(), PieceLength::kLongest);
  pieces.was_cut(PieceLength::kLongest);
  pieces.was_cut(4 * kMiB);
  EXPECT_EQ(pieces.current(), 2 * kMiB);
  pieces.got_there(2 * kMiB);
  pieces.got_there(4 * kMiB);
  pieces.got_there(8 * kMiB);
  EXPECT_EQ(pieces.current(), PieceLength::kLongest);
}

TEST(PieceLength, ThoseThatGotThereTogetherMakePiecesLongerOnce) {
  PieceLength pieces;
  pieces.was_cut(2 * kMiB);
  pieces.got_there(kMiB);
  pieces.got_there(kMiB);
  EXPECT_EQ(pieces.current(), 2 * kMiB);
}

TEST(PieceLength, HoweverManyAreRefusedAtOnceOneStepIsMade) {
  PieceLength pieces;
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(pieces.was_too_long(8 * kMiB));
  EXPECT_EQ(pieces.current(), 4 * kMiB);
  pieces.got_there(4 * kMiB);
  EXPECT_EQ(pieces.current(), 4 * kMiB) << "longer ones are known to be refused";
}

TEST(PieceLength, ALongPieceThatIsRefusedAfterCutsIsOnlyTooLong) {
  PieceLength pieces;
  for (int i = 0; i < 10; ++i) pieces.was_cut(pieces.current());
  EXPECT_EQ(pieces.current(), PieceLength::kShortest);
  EXPECT_TRUE(pieces.was_too_long(8 * kMiB));
  EXPECT_EQ(pieces.current(), PieceLength::kShortest);
  for (int i = 0; i < 10; ++i) pieces.got_there(pieces.current());
  EXPECT_EQ(pieces.current(), 4 * kMiB) << "what was refused bounds them, not what was cut";
}

TEST(PieceLength, OnlyWhereTheShortestAreRefusedIsThereNoShorterOneToTry) {
  PieceLength pieces;
  EXPECT_TRUE(pieces.was_too_long(PieceLength::kShortest + 1));
  EXPECT_EQ(pieces.current(), PieceLength::kShortest);
  EXPECT_FALSE(pieces.was_too_long(PieceLength::kShortest));
  EXPECT_FALSE(pieces.was_too_long(1));
}

TEST(PieceLength, ThatASmallObjectWasCutTellsNothingOfLongPieces) {
  PieceLength pieces;
  pieces.was_cut(1000);
  EXPECT_EQ(pieces.current(), PieceLength::kLongest);
}

}  // namespace
}  // namespace candid::upload
