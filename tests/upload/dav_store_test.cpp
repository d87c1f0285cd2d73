#include <gtest/gtest.h>

#include "core/encoding.h"
#include "core/files.h"
#include "tests/support/results.h"
#include "tests/upload/fake_dav.h"
#include "upload/http/dav_listing.h"
#include "upload/http/http_stores.h"

namespace candid::upload::test {
namespace {

using candid::test::must;

class DavStoreTest : public testing::Test {
 protected:
  std::unique_ptr<Store> open(const std::string& scheme = "http") {
    StoreSettings settings;
    settings.pause = &pause_;
    return dav_store_over(web_.transport(), scheme + "://dav.example.org:8080/store", {}, settings);
  }
  void put(std::string_view name, std::string_view text) { must(store_->put(name, bytes_of(text))); }
  // Nothing may be left but what was asked for.
  void expect_files(const std::map<std::string, std::string>& files) { EXPECT_EQ(web_.files, files); }

  FakeDav web_;
  FakePause pause_;
  std::unique_ptr<Store> store_ = open();
};

const std::string kPart = part_object(to_hex(sha256("a part")));

TEST_F(DavStoreTest, AnObjectAppearsByAMoveOfWhatWasComparedAndNothingElseIsLeft) {
  put("recipes/a.json", "words");
  expect_files({{"/store/recipes/a.json", "words"}});
  std::vector<std::string> order;
  for (const WebRequest& request : web_.requests()) order.push_back(request.method);
  EXPECT_EQ(order, (std::vector<std::string>{"MKCOL", "PUT", "HEAD", "GET", "MOVE", "HEAD"}));
}

TEST_F(DavStoreTest, CollectionsAreMadeOnce) {
  put("parts/ab/x", "1");
  EXPECT_TRUE(web_.collections.contains("/store/parts/ab/"));
  int made = web_.count("MKCOL");
  put("parts/ab/y", "2");
  EXPECT_EQ(web_.count("MKCOL"), made);
}

TEST_F(DavStoreTest, ACollectionThatSomebodyRemovedIsMadeAgain) {
  put("parts/ab/x", "1");
  web_.collections = {"/store/"};
  web_.files.clear();
  put("parts/ab/y", "2");
  expect_files({{"/store/parts/ab/y", "2"}});
}

TEST_F(DavStoreTest, ThePathOfTheStoreIsNotMadeForOneWhoMistypedIt) {
  web_.collections = {"/"};
  for (std::string_view name : {"a", "parts/ab/x"}) {
    auto result = store_->put(name, bytes_of("x"));
    ASSERT_FALSE(result) << name;
    EXPECT_EQ(result.error().kind(), ErrorKind::NotFound);
    EXPECT_NE(result.error().hint().find("path"), std::string::npos);
  }
  expect_files({});
}

TEST_F(DavStoreTest, OverHttpsTheSizeSufficesAndNothingIsReadBack) {
  store_ = open("https");
  put("a", "words");
  EXPECT_EQ(web_.count("GET"), 0);
  EXPECT_EQ(web_.count("HEAD"), 2);
}

TEST_F(DavStoreTest, APartThatIsThereIsNotSentAgain) {
  put(kPart, "a part");
  int puts = web_.count("PUT");
  put(kPart, "a part");
  EXPECT_EQ(web_.count("PUT"), puts);
}

TEST_F(DavStoreTest, APartThatIsThereInPartIsSentAgain) {
  put(kPart, "a part");
  web_.files["/store/" + kPart] = "a pa";
  put(kPart, "a part");
  expect_files({{"/store/" + kPart, "a part"}});
}

TEST_F(DavStoreTest, AServerThatWantsAWholeUrlForADestinationGetsOneFromThenOn) {
  web_.wants_absolute_destination = true;
  put("a", "1");
  int moves = web_.count("MOVE");
  put("b", "2");
  EXPECT_EQ(web_.count("MOVE"), moves + 1);
  expect_files({{"/store/a", "1"}, {"/store/b", "2"}});
}

TEST_F(DavStoreTest, AServerOfPlainHttpPutGetsObjectsInPlace) {
  web_.knows_dav = false;
  put("parts/ab/x", "1");
  put("parts/ab/x", "2");
  expect_files({{"/store/parts/ab/x", "2"}});
  EXPECT_EQ(web_.count("MOVE"), 1);
  EXPECT_EQ(must(store_->abandon_unfinished([](auto) { return false; }, UtcTime::max())), 0);
}

TEST_F(DavStoreTest, OneFlippedBitIsFoundAndTheObjectIsSentAgain) {
  int damaged = 0;
  web_.interfere([&](WebRequest& request) -> std::optional<Result<net::HttpResponse>> {
    if (request.method == "PUT" && damaged++ == 0) request.body[17] ^= 4;
    return std::nullopt;
  });
  std::string bytes = noise(100'000);
  put("a", bytes);
  EXPECT_EQ(damaged, 2);
  expect_files({{"/store/a", bytes}});
}

TEST_F(DavStoreTest, WhatIsDamagedEveryTimeIsCorruptAndLeavesNothing) {
  web_.interfere([&](WebRequest& request) -> std::optional<Result<net::HttpResponse>> {
    if (request.method == "PUT") request.body[0] ^= 1;
    return std::nullopt;
  });
  for (bool knows_dav : {true, false}) {
    web_.knows_dav = knows_dav;
    auto result = store_->put("a", bytes_of("words"));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind(), ErrorKind::Corrupt);
    EXPECT_TRUE(result.error().retryable());
    expect_files({});
  }
}

TEST_F(DavStoreTest, ASuccessThatIsNoneIsFoundOut) {
  for (std::string method : {"PUT", "MOVE"}) {
    int lies = 0;
    web_.interfere([&](WebRequest& request) -> std::optional<Result<net::HttpResponse>> {
      if (request.method == method && lies++ == 0) return answer(200, {}, "<Error>SlowDown</Error>");
      return std::nullopt;
    });
    put("a", method);
    expect_files({{"/store/a", method}});
  }
}

TEST_F(DavStoreTest, ALostAnswerChangesNothing) {
  for (std::string method : {"MKCOL", "PUT", "MOVE", "HEAD", "GET"}) {
    web_.lose_answer_to(method);
    put("folder-" + to_hex(bytes_of(method)) + "/a", "words");
    web_.lose_answer_to("DELETE");
    must(store_->remove("folder-" + to_hex(bytes_of(method)) + "/a"));
    expect_files({});
  }
}

TEST_F(DavStoreTest, AFullDiskThatTheServerCalls500IsSaidToBeOne) {
  web_.room = 10;
  auto result = store_->put("a", bytes_of(noise(1000)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::NoSpace);
  expect_files({});
}

TEST_F(DavStoreTest, AServerThatFailsForAWhileIsWaitedFor) {
  int failures = 0;
  web_.interfere([&](WebRequest& request) -> std::optional<Result<net::HttpResponse>> {
    if (request.method == "PUT" && failures++ < 7) return answer(500);
    return std::nullopt;
  });
  put("a", "words");
  expect_files({{"/store/a", "words"}});
}

TEST_F(DavStoreTest, AServerThatFailsForEverIsGivenUpAndMayBeTriedLater) {
  web_.interfere([&](WebRequest& request) -> std::optional<Result<net::HttpResponse>> {
    if (request.method == "PUT") return answer(500);
    return std::nullopt;
  });
  auto result = store_->put("a", bytes_of("words"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::Network);
  EXPECT_TRUE(result.error().retryable());
}

TEST_F(DavStoreTest, WhatTheServerRefusesIsNotRepeatedAndLeavesNothing) {
  for (int status : {401, 403, 413, 507}) {
    web_.interfere([&](WebRequest& request) -> std::optional<Result<net::HttpResponse>> {
      if (request.method == "PUT") return answer(status);
      return std::nullopt;
    });
    int puts = web_.count("PUT");
    EXPECT_FALSE(store_->put("a", bytes_of("words"))) << status;
    EXPECT_EQ(web_.count("PUT"), puts + 1) << status;
  }
  expect_files({});
}

TEST_F(DavStoreTest, OnlyTemporaryObjectsThatAreOldAreAbandoned) {
  put("parts/ab/x", "1");
  const std::string old_one = "/store/parts/ab/y~AAAAAAAAAAAAAAAA";
  const std::string new_one = "/store/parts/ab/z~BBBBBBBBBBBBBBBB";
  const std::string foreign = "/store/parts/ab/letter~draft";
  for (const auto& path : {old_one, new_one, foreign}) web_.files[path] = "half";
  web_.modified[new_one] = "Fri, 02 Jan 2026 12:00:00 GMT";
  EXPECT_EQ(must(store_->abandon_unfinished([](auto) { return true; }, must(parse_utc("2026-01-02T00:00:00Z")))), 1);
  expect_files({{"/store/parts/ab/x", "1"}, {new_one, "half"}, {foreign, "half"}});
}

// This machine's clock is a year ahead of the server's.
TEST_F(DavStoreTest, WhatIsOldIsToldByTheServersClock) {
  FakeWallClock clock(must(parse_utc("2027-01-02T12:00:00Z")));
  StoreSettings settings;
  settings.pause = &pause_;
  settings.clock = &clock;
  auto store = dav_store_over(web_.transport(), "https://dav.example.org:8080/store", {}, settings);
  const std::string old_one = "/store/y~AAAAAAAAAAAAAAAA";
  const std::string new_one = "/store/z~BBBBBBBBBBBBBBBB";
  for (const auto& path : {old_one, new_one}) web_.files[path] = "half";
  web_.modified[new_one] = "Fri, 02 Jan 2026 11:00:00 GMT";
  web_.date = "Fri, 02 Jan 2026 12:00:00 GMT";
  EXPECT_EQ(must(store->abandon_unfinished([](auto) { return true; }, clock.now() - std::chrono::hours(24))), 1);
  expect_files({{new_one, "half"}});
}

TEST_F(DavStoreTest, APartThatIsSuspectedIsReadBackAndReplaced) {
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "part", std::string_view("a part")));
  const std::string path = "/store/" + kPart;
  store_ = open("https");
  must(store_->put_file(kPart, folder.path() / "part"));
  web_.files[path] = "a pert";
  must(store_->put_file(kPart, folder.path() / "part"));
  EXPECT_EQ(web_.files[path], "a pert") << "the size is the same";
  must(store_->put_file(kPart, folder.path() / "part", {.check_content = true}));
  expect_files({{path, "a part"}});
  int puts = web_.count("PUT");
  must(store_->put_file(kPart, folder.path() / "part", {.check_content = true}));
  EXPECT_EQ(web_.count("PUT"), puts);
}

TEST_F(DavStoreTest, AFileThatIsNotThePartAnyMoreIsNotStored) {
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "part", std::string_view("a pert")));
  for (bool checks : {false, true}) {
    auto result = store_->put_file(kPart, folder.path() / "part", {.check_content = checks});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind(), ErrorKind::Corrupt);
    EXPECT_FALSE(result.error().retryable());
  }
  expect_files({});
}

TEST_F(DavStoreTest, ACollectionIsNoObjectAndIsNeverRemoved) {
  put("parts/ab/x", "1");
  EXPECT_EQ(must(store_->size_of("parts/ab")), std::nullopt);
  must(store_->remove("parts/ab"));
  EXPECT_EQ(web_.count("DELETE"), 0);
}

TEST_F(DavStoreTest, AStopIsHeeded) {
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "file", std::string_view("words")));
  std::stop_source source;
  source.request_stop();
  auto result = store_->put_file("a", folder.path() / "file", {.stop = source.get_token()});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::Cancelled);
}

TEST_F(DavStoreTest, AFileIsPutAndTellsItsProgress) {
  auto folder = must(TemporaryFolder::create());
  std::string bytes = noise(50'000);
  must(write_file(folder.path() / "file", std::string_view(bytes)));
  uint64_t last = 0;
  must(store_->put_file("a", folder.path() / "file", {.progress = [&](uint64_t sent) { last = sent; }}));
  EXPECT_EQ(last, bytes.size());
  must(store_->get_file("a", folder.path() / "back"));
  EXPECT_EQ(must(read_text_file(folder.path() / "back")), bytes);
}

TEST_F(DavStoreTest, AFileOfWhatIsNotThereIsNotMade) {
  auto folder = must(TemporaryFolder::create());
  auto result = store_->get_file("missing", folder.path() / "back");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::NotFound);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

std::string listing(std::string_view responses) {
  return "<a:multistatus xmlns:a='DAV:'><a:response><a:href>/dav/</a:href></a:response>" + std::string(responses) +
         "</a:multistatus>";
}

TEST(DavListing, ReadsMembersWhateverThePrefixAndTheFormOfTheirAddress) {
  auto members = must(parse_dav_listing(
      bytes_of(listing("<a:response><a:href>http://h/dav/x%7Ey</a:href></a:response>"
                       "<a:response><a:href>/dav/folder/</a:href><a:propstat><a:prop><a:resourcetype><a:collection/>"
                       "</a:resourcetype></a:prop></a:propstat></a:response>"))));
  ASSERT_EQ(members.size(), 2U);
  EXPECT_EQ(members[0].name, "x~y");
  EXPECT_FALSE(members[0].is_collection);
  EXPECT_FALSE(members[0].modified);
  EXPECT_EQ(members[1].name, "folder");
  EXPECT_TRUE(members[1].is_collection);
}

TEST(DavListing, NothingOutsideTheCollectionIsAMember) {
  auto members =
      must(parse_dav_listing(bytes_of(listing("<a:response><a:href>/etc/passwd</a:href></a:response>"
                                              "<a:response><a:href>/dav/..%2Fother</a:href></a:response>"
                                              "<a:response><a:href>/dav/a/b</a:href></a:response>"))));
  EXPECT_TRUE(members.empty());
}

TEST(DavListing, WhatIsNoListingIsCorrupt) {
  for (std::string_view text : {"", "<html/>", "<multistatus", "{}"}) {
    auto result = parse_dav_listing(bytes_of(text));
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().kind(), ErrorKind::Corrupt);
  }
  EXPECT_TRUE(must(parse_dav_listing(bytes_of("<multistatus/>"))).empty());
}

}  // namespace
}  // namespace candid::upload::test
