#include <gtest/gtest.h>

#include "core/encoding.h"
#include "core/files.h"
#include "tests/support/results.h"
#include "tests/upload/fake_tus.h"
#include "upload/http/http_stores.h"
#include "upload/http/tus_note.h"

namespace candid::upload::test {
namespace {

using candid::test::must;

class TusStoreTest : public testing::Test {
 protected:
  std::unique_ptr<Store> open(Proxy::Answer proxy = {}) {
    StoreSettings settings;
    settings.pause = &pause_;
    settings.notes = &notes_;
    auto transport = web_.transport();
    if (proxy) transport = std::make_unique<Proxy>(std::move(transport), std::move(proxy));
    return tus_store_over(std::move(transport), "https://tus.example.org/files", {}, settings);
  }
  void put(std::string_view name, std::string_view text) { must(store_->put(name, bytes_of(text))); }
  std::string get(std::string_view name) {
    auto bytes = must(store_->get(name));
    return {bytes.begin(), bytes.end()};
  }

  FakeTus web_;
  FakePause pause_;
  MemoryNotes notes_;
  std::unique_ptr<Store> store_ = open();
};

TEST_F(TusStoreTest, SendsPiecesThatAreDurableOneByOne) {
  put("parts/large", large());
  EXPECT_EQ(web_.count("PATCH"), 3);
  EXPECT_EQ(web_.received(), large().size());
  EXPECT_EQ(get("parts/large"), large());
}

TEST_F(TusStoreTest, WhatTheNotesKnowToBeThereIsNotSentAgainByALaterRun) {
  put("a", large());
  store_ = open();
  put("a", large());
  EXPECT_EQ(web_.received(), large().size());
  EXPECT_EQ(web_.uploads.size(), 1U);
}

TEST_F(TusStoreTest, GoesOnWhereAConnectionBrokeOffAndSendsNothingTwice) {
  put("small", "x");
  web_.cut_after = 5'000'001;
  put("a", large());
  EXPECT_EQ(get("a"), large());
  std::vector<std::string> offsets;
  for (const WebRequest& request : web_.requests()) {
    if (request.method == "PATCH") offsets.push_back(request.header("Upload-Offset"));
  }
  EXPECT_EQ(offsets, (std::vector<std::string>{"0", "0", "5000001", "13388609"}));
}

TEST_F(TusStoreTest, ALaterRunGoesOnWhereARunDied) {
  web_.interfere([&](WebRequest& request) -> std::optional<Result<net::HttpResponse>> {
    if (request.method == "PATCH" && request.header("Upload-Offset") != "0") return answer(403);
    return std::nullopt;
  });
  EXPECT_FALSE(store_->put("a", bytes_of(large())));
  EXPECT_EQ(must(store_->size_of("a")), std::nullopt);
  web_.interfere({});
  store_ = open();
  put("a", large());
  EXPECT_EQ(get("a"), large());
  EXPECT_EQ(web_.uploads.size(), 1U);
  EXPECT_EQ(web_.received(), large().size());
}

TEST_F(TusStoreTest, AnUploadThatTheServerForgotIsMadeAnew) {
  for (int lost_at : {0, 1}) {
    web_.uploads.clear();
    int patches = 0;
    web_.interfere([&](WebRequest& request) -> std::optional<Result<net::HttpResponse>> {
      if (request.method == "PATCH" && patches++ == lost_at) web_.uploads.clear();
      return std::nullopt;
    });
    std::string bytes = noise(10'000'000, static_cast<uint32_t>(lost_at) + 7);
    put("a", bytes);
    EXPECT_EQ(get("a"), bytes);
  }
}

TEST_F(TusStoreTest, AnObjectWhoseUploadWasRemovedIsNotThere) {
  put("a", "words");
  web_.uploads.clear();
  EXPECT_EQ(must(store_->size_of("a")), std::nullopt);
  EXPECT_EQ(store_->get("a").error().kind(), ErrorKind::NotFound);
  put("a", "words");
  EXPECT_EQ(get("a"), "words");
}

TEST_F(TusStoreTest, ReplacingLeavesOneUpload) {
  put("a", "old");
  put("a", "new words");
  EXPECT_EQ(get("a"), "new words");
  EXPECT_EQ(web_.uploads.size(), 1U);
}

TEST_F(TusStoreTest, AnObjectStaysAsItWasWhileItsReplacementFails) {
  put("a", "old");
  web_.interfere([](WebRequest& request) -> std::optional<Result<net::HttpResponse>> {
    if (request.method == "PATCH") return answer(507);
    return std::nullopt;
  });
  auto result = store_->put("a", bytes_of("new"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::NoSpace);
  EXPECT_EQ(get("a"), "old");
}

TEST_F(TusStoreTest, WhatCouldNotBeRemovedIsRemovedLater) {
  put("a", "old");
  web_.interfere([](WebRequest& request) -> std::optional<Result<net::HttpResponse>> {
    if (request.method == "DELETE") return answer(403);
    return std::nullopt;
  });
  put("a", "new");
  EXPECT_EQ(web_.uploads.size(), 2U);
  web_.interfere({});
  EXPECT_EQ(must(open()->abandon_unfinished([](auto) { return true; }, {})), 0);
  EXPECT_EQ(web_.uploads.size(), 1U);
  EXPECT_EQ(get("a"), "new");
}

TEST_F(TusStoreTest, OnlyUnfinishedUploadsThatNobodyWantsAreAbandoned) {
  put("whole", "words");
  web_.interfere([](WebRequest& request) -> std::optional<Result<net::HttpResponse>> {
    if (request.method == "PATCH") return answer(403);
    return std::nullopt;
  });
  EXPECT_FALSE(store_->put("wanted", bytes_of("1")));
  EXPECT_FALSE(store_->put("unwanted", bytes_of("2")));
  // The notes are another campaign's as well, whose killed run may be gone on with.
  auto wanted = [](auto name) { return name == "wanted"; };
  EXPECT_EQ(must(store_->abandon_unfinished(wanted, Clock::system().now() - std::chrono::hours(168))), 0);
  EXPECT_EQ(web_.uploads.size(), 3U);
  EXPECT_EQ(must(store_->abandon_unfinished(wanted, Clock::system().now() + std::chrono::hours(1))), 1);
  EXPECT_EQ(web_.uploads.size(), 2U);
  EXPECT_EQ(notes_.names(), (std::vector<std::string>{"wanted", "whole"}));
}

TEST_F(TusStoreTest, AnUploadThatWasGoneOnWithIsNotOld) {
  web_.interfere([](WebRequest& request) -> std::optional<Result<net::HttpResponse>> {
    if (request.method == "PATCH") return answer(403);
    return std::nullopt;
  });
  EXPECT_FALSE(store_->put("a", bytes_of("1")));
  TusNote note = read_tus_note(notes_.find("a").value_or(""), "https://tus.example.org");
  note.sending_since = UtcTime{};
  must(notes_.keep("a", write_tus_note(note)));
  EXPECT_FALSE(store_->put("a", bytes_of("1")));
  auto nobody = [](auto) { return false; };
  EXPECT_EQ(must(store_->abandon_unfinished(nobody, Clock::system().now() - std::chrono::hours(1))), 0);
  EXPECT_EQ(web_.uploads.size(), 1U);
}

TEST_F(TusStoreTest, APartThatIsSuspectedIsReadBackAndReplaced) {
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "part", std::string_view(large())));
  const std::string name = part_object(to_hex(sha256(std::string_view(large()))));
  must(store_->put_file(name, folder.path() / "part"));
  uint64_t sent = web_.received();
  must(store_->put_file(name, folder.path() / "part", {.check_content = true}));
  EXPECT_EQ(web_.received(), sent) << "nothing is wrong";
  web_.uploads.begin()->second.bytes[4711] ^= 1;
  must(store_->put_file(name, folder.path() / "part"));
  EXPECT_NE(get(name), large());
  must(store_->put_file(name, folder.path() / "part", {.check_content = true}));
  EXPECT_EQ(get(name), large());
  EXPECT_EQ(web_.uploads.size(), 1U);
}

TEST_F(TusStoreTest, AFileThatIsNotThePartAnyMoreIsNotStored) {
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "part", std::string_view("changed")));
  auto result = store_->put_file(part_object(to_hex(sha256("a part!"))), folder.path() / "part");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::Corrupt);
  EXPECT_FALSE(result.error().retryable());
  EXPECT_EQ(web_.count("POST"), 0);
}

// A server that compares checksums keeps nothing of a piece that was cut.
TEST_F(TusStoreTest, PiecesGetShortWhereTheLineBreaks) {
  put("known", "the server answers");
  web_.interfere([](WebRequest& request) -> std::optional<Result<net::HttpResponse>> {
    if (request.body.size() <= 300'000) return std::nullopt;
    return cut_off();
  });
  put("a", large());
  EXPECT_EQ(get("a"), large());
}

TEST_F(TusStoreTest, PiecesGetShortWhereAProxyWaitsNoLonger) {
  for (int status : {408, 504}) {
    store_ = open([&](const net::HttpRequest& request) -> std::optional<Result<net::HttpResponse>> {
      if (net::body_size(request) <= 300'000) return std::nullopt;
      request.on_sent(1000);
      return answer(status);
    });
    std::string bytes = noise(3'000'000, static_cast<uint32_t>(status));
    put("a", bytes);
    EXPECT_EQ(get("a"), bytes);
  }
}

TEST_F(TusStoreTest, AServerThatCannotBeReachedMakesNoPiecesShort) {
  int failures = 0;
  store_ = open([&](const net::HttpRequest& request) -> std::optional<Result<net::HttpResponse>> {
    if (request.method != "PATCH" || ++failures > 5) return std::nullopt;
    return cut_off();
  });
  put("a", large());
  EXPECT_EQ(web_.count("PATCH"), 3);
}

TEST_F(TusStoreTest, AProxyThatTakesOnlyShortBodiesGetsShorterPiecesOfEveryObject) {
  int refusals = 0;
  uint64_t limit = 1 << 20;
  store_ = open([&](const net::HttpRequest& request) -> std::optional<Result<net::HttpResponse>> {
    if (net::body_size(request) <= limit) return std::nullopt;
    ++refusals;
    return answer(413);
  });
  for (std::string name : {"a", "b"}) {
    put(name, large());
    EXPECT_EQ(get(name), large());
    EXPECT_EQ(refusals, 3) << "of 8, 4 and 2 MiB, and of the first object alone";
  }
  limit = 1000;
  auto result = store_->put("c", bytes_of(large()));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::NoSpace);
}

TEST_F(TusStoreTest, RemovingTakesTheUploadAndTheNoteAway) {
  put("a", "words");
  must(store_->remove("a"));
  EXPECT_TRUE(web_.uploads.empty());
  EXPECT_TRUE(notes_.names().empty());
}

TEST_F(TusStoreTest, WhatCannotBeTerminatedIsNotCalledRemoved) {
  put("a", "words");
  web_.interfere([](WebRequest& request) -> std::optional<Result<net::HttpResponse>> {
    if (request.method == "DELETE") return answer(403);
    return std::nullopt;
  });
  EXPECT_FALSE(store_->remove("a"));
  web_.interfere({});
  must(store_->remove("a"));
  EXPECT_TRUE(web_.uploads.empty());
}

class TusDamage : public TusStoreTest, public testing::WithParamInterface<const char*> {};

TEST_P(TusDamage, OneFlippedBitIsFoundAndMended) {
  web_.extensions = GetParam();
  store_ = open();
  int damaged = 0;
  web_.interfere([&](WebRequest& request) -> std::optional<Result<net::HttpResponse>> {
    if (request.method == "PATCH" && damaged++ == 0) request.body[99] ^= 32;
    return std::nullopt;
  });
  put("a", large());
  EXPECT_EQ(get("a"), large());
  EXPECT_EQ(web_.uploads.size(), 1U);
}

TEST_P(TusDamage, WhatIsDamagedEveryTimeIsCorruptAndIsNotThere) {
  web_.extensions = GetParam();
  store_ = open();
  web_.interfere([&](WebRequest& request) -> std::optional<Result<net::HttpResponse>> {
    if (request.method == "PATCH") request.body[0] ^= 1;
    return std::nullopt;
  });
  auto result = store_->put("a", bytes_of("words"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::Corrupt);
  EXPECT_EQ(must(store_->size_of("a")), std::nullopt);
  EXPECT_TRUE(web_.uploads.empty());
}

INSTANTIATE_TEST_SUITE_P(WithAndWithoutChecksums, TusDamage,
                         testing::Values("creation,termination", "creation,checksum,termination"));

TEST_F(TusStoreTest, ChecksumsSpareReadingBack) {
  web_.extensions = "creation,checksum,termination";
  put("a", large());
  EXPECT_EQ(web_.count("GET"), 0);
}

TEST_F(TusStoreTest, BytesAndSecretsGoToNoOtherServerThanTheOneThatWasGiven) {
  for (std::string prefix : {"http://inside:1080/files/", "https://elsewhere.example.org/files/", "//elsewhere/files/",
                             "files/", "https://tus.example.org/files/"}) {
    web_.location_prefix = prefix;
    put("a", prefix);
    EXPECT_EQ(get("a"), prefix);
  }
  EXPECT_EQ(read_tus_note(*notes_.find("a"), "https://tus.example.org").object->url.find("https://tus.example.org/"),
            0U);
}

TEST_F(TusStoreTest, ALocationThatCouldEndALineIsRefused) {
  web_.location_prefix = "/files/\nobsolete https://tus.example.org/files/";
  EXPECT_EQ(store_->put("a", bytes_of("x")).error().kind(), ErrorKind::Unsupported);
}

TEST_F(TusStoreTest, WhatIsLargerThanTheServerTakesIsNotSent) {
  web_.max_size = "1000";
  auto result = store_->put("a", bytes_of(noise(1001)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::NoSpace);
  EXPECT_EQ(web_.count("POST"), 0);
}

TEST_F(TusStoreTest, AnotherKindOfServerIsSaidToBeOne) {
  web_.interfere([](WebRequest&) -> std::optional<Result<net::HttpResponse>> { return answer(200, {}, "<html>"); });
  EXPECT_EQ(store_->put("a", bytes_of("x")).error().kind(), ErrorKind::Unsupported);
}

TEST_F(TusStoreTest, ASuccessThatIsNoneIsFoundOut) {
  for (std::string method : {"POST", "PATCH"}) {
    int lies = 0;
    web_.interfere([&](WebRequest& request) -> std::optional<Result<net::HttpResponse>> {
      if (request.method == method && lies++ == 0) return answer(200, {}, "<Error>SlowDown</Error>");
      return std::nullopt;
    });
    put("a", method);
    EXPECT_EQ(get("a"), method);
  }
}

TEST_F(TusStoreTest, AServerThatNeverMovesOnIsGivenUp) {
  web_.interfere([](WebRequest& request) -> std::optional<Result<net::HttpResponse>> {
    if (request.method == "PATCH") return answer(204, {{"upload-offset", request.header("Upload-Offset")}});
    return std::nullopt;
  });
  EXPECT_FALSE(store_->put("a", bytes_of("x")));
  EXPECT_LT(web_.count("PATCH"), 200);
}

TEST_F(TusStoreTest, ABrownOutOfHalfAMinuteIsSatOut) {
  int failures = 0;
  web_.interfere([&](WebRequest& request) -> std::optional<Result<net::HttpResponse>> {
    if (request.method != "OPTIONS" && request.method != "POST" && failures++ < 12) return cut_off();
    return std::nullopt;
  });
  put("a", "words");
  EXPECT_EQ(get("a"), "words");
}

TEST_F(TusStoreTest, ProgressReachesTheWholeAndIsNoneOfWhatIsThere) {
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "file", std::string_view(large())));
  for (uint64_t expected : {large().size(), size_t{0}}) {
    uint64_t last = 0;
    must(store_->put_file("a", folder.path() / "file", {.progress = [&](uint64_t sent) { last = sent; }}));
    EXPECT_EQ(last, expected);
  }
}

TEST(TusNote, IsReadBackAsItWasWritten) {
  TusNote note;
  note.object = TusUpload{"https://h/files/1", 10, sha256("a")};
  note.sending = TusUpload{"https://h/files/2", 0, sha256("b")};
  note.obsolete = {"https://h/files/3", "https://h/files/4"};
  TusNote back = read_tus_note(write_tus_note(note), "https://h");
  EXPECT_EQ(back.object->url, note.object->url);
  EXPECT_TRUE(back.object->holds(10, sha256("a")));
  EXPECT_TRUE(back.sending->holds(0, sha256("b")));
  EXPECT_EQ(back.obsolete, note.obsolete);
}

TEST(TusNote, UploadsOfAnotherServerAreLeftOut) {
  TusNote note;
  note.object = TusUpload{"https://h.example.org/files/1", 10, sha256("a")};
  note.obsolete = {"https://h.example.org/files/3"};
  EXPECT_TRUE(read_tus_note(write_tus_note(note), "https://h").empty());
}

TEST(TusNote, RubbishIsNoNote) {
  for (std::string_view text : {"", "\n\n", "object", "object 1 2 https://h/x", "object -1 ab", "x y z", "obsolete "}) {
    EXPECT_TRUE(read_tus_note(text, "https://h").empty()) << text;
  }
}

}  // namespace
}  // namespace candid::upload::test
