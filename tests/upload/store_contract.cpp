#include "tests/upload/store_contract.h"

#include <atomic>
#include <thread>

#include "core/digest.h"
#include "core/files.h"
#include "tests/support/results.h"

namespace candid::upload::test {

using candid::test::must;

namespace {

std::span<const uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace

std::string StoreContract::text(std::string_view name) {
  auto bytes = must(store().get(name));
  return {bytes.begin(), bytes.end()};
}

void StoreContract::put(std::string_view name, std::string_view text) {
  must(store().put(name, bytes_of(text)));
}

TEST_P(StoreContract, GivesBackWhatWasPut) {
  std::string every_byte;
  for (int i = 0; i < 256; ++i) every_byte += static_cast<char>(i);
  put("parts/ab/abcdef", every_byte);
  EXPECT_EQ(text("parts/ab/abcdef"), every_byte);
  EXPECT_EQ(must(store().size_of("parts/ab/abcdef")), 256U);
}

TEST_P(StoreContract, HoldsAnEmptyObject) {
  put("empty", "");
  EXPECT_EQ(text("empty"), "");
  EXPECT_EQ(must(store().size_of("empty")), 0U);
}

TEST_P(StoreContract, PutMayBeRepeated) {
  for (int i = 0; i < 3; ++i) put("recipes/a.json", "same");
  EXPECT_EQ(text("recipes/a.json"), "same");
}

TEST_P(StoreContract, PutReplaces) {
  put("a", "old and longer");
  put("a", "new");
  EXPECT_EQ(text("a"), "new");
  EXPECT_EQ(must(store().size_of("a")), 3U);
}

TEST_P(StoreContract, ObjectsAreKeptApart) {
  put("recipes/a.json", "1");
  put("recipes/b.json", "2");
  put("a.json", "3");
  EXPECT_EQ(text("recipes/a.json"), "1");
  EXPECT_EQ(text("recipes/b.json"), "2");
  EXPECT_EQ(text("a.json"), "3");
}

TEST_P(StoreContract, WhatIsMissingIsNotFound) {
  EXPECT_EQ(must(store().size_of("parts/missing")), std::nullopt);
  auto got = store().get("parts/missing");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind(), ErrorKind::NotFound);
  EXPECT_FALSE(got.error().retryable());
}

TEST_P(StoreContract, RemoveTakesAwayAndMayBeRepeated) {
  put("a", "x");
  must(store().remove("a"));
  must(store().remove("a"));
  must(store().remove("never/was"));
  EXPECT_EQ(must(store().size_of("a")), std::nullopt);
  EXPECT_FALSE(store().get("a"));
}

TEST_P(StoreContract, ThePrefixOfANameIsNoObject) {
  put("parts/ab/x", "x");
  EXPECT_EQ(must(store().size_of("parts/ab")), std::nullopt);
  auto got = store().get("parts/ab");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind(), ErrorKind::NotFound);
  must(store().remove("parts/ab"));
  EXPECT_EQ(text("parts/ab/x"), "x");
}

TEST_P(StoreContract, NothingIsBelowAnObject) {
  put("a", "x");
  EXPECT_EQ(must(store().size_of("a/b")), std::nullopt);
  auto got = store().get("a/b");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind(), ErrorKind::NotFound);
  must(store().remove("a/b"));
  EXPECT_EQ(text("a"), "x");
}

TEST_P(StoreContract, RefusesBadNames) {
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "file", std::string_view("x")));
  for (std::string_view bad :
       {"", "../x", "a/../x", "..", "/x", "a//b", "a/", "A", "a b", "a\\b", "a\nb", "é", "a?b", "%2e"}) {
    auto refused = [&](const auto& result) {
      ASSERT_FALSE(result) << bad;
      EXPECT_EQ(result.error().kind(), ErrorKind::InvalidInput) << bad;
    };
    refused(store().put(bad, bytes_of("x")));
    refused(store().put_file(bad, folder.path() / "file"));
    refused(store().get(bad));
    refused(store().size_of(bad));
    refused(store().remove(bad));
  }
}

TEST_P(StoreContract, PutsALargeFile) {
  auto folder = must(TemporaryFolder::create());
  std::string large;
  for (uint32_t noise = 1; large.size() < 9'000'001; noise = noise * 1664525U + 1013904223U) {
    large += static_cast<char>(noise >> 24);
  }
  must(write_file(folder.path() / "large", std::string_view(large)));
  must(store().put_file("parts/large", folder.path() / "large"));
  EXPECT_EQ(must(store().size_of("parts/large")), large.size());
  EXPECT_EQ(sha256(must(store().get("parts/large"))), sha256(std::string_view(large)));
  must(store().put_file("parts/large", folder.path() / "large"));
}

TEST_P(StoreContract, AFileThatCannotBeReadPutsNothing) {
  auto folder = must(TemporaryFolder::create());
  put("kept", "old");
  for (std::string_view name : {"kept", "new"}) {
    auto put_result = store().put_file(name, folder.path() / "missing");
    ASSERT_FALSE(put_result);
    EXPECT_EQ(put_result.error().kind(), ErrorKind::NotFound);
    EXPECT_FALSE(store().put_file(name, folder.path()));
  }
  EXPECT_EQ(text("kept"), "old");
  EXPECT_EQ(must(store().size_of("new")), std::nullopt);
}

TEST_P(StoreContract, TheSameObjectMayBePutByManyAtOnce) {
  const std::string content(300'000, 'x');
  std::atomic<int> failures = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 5; ++k) failures += store().put("parts/cd/same", bytes_of(content)) ? 0 : 1;
      });
    }
  }
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(text("parts/cd/same"), content);
}

TEST_P(StoreContract, AReaderNeverSeesHalfAnObject) {
  const std::string one(400'000, '1');
  const std::string two(200'000, '2');
  put("a", one);
  std::atomic<bool> done = false;
  std::jthread writer([&] {
    for (int i = 0; i < 40; ++i) must(store().put("a", bytes_of(i % 2 == 0 ? two : one)));
    done = true;
  });
  int reads = 0;
  while (!done || reads == 0) {
    std::string seen = text("a");
    ASSERT_TRUE(seen == one || seen == two) << seen.size();
    ++reads;
  }
}

TEST_P(StoreContract, SaysWhereItIs) {
  EXPECT_FALSE(store().describe().empty());
}

}  // namespace candid::upload::test
