#include "campaign/edition.h"

#include "campaign/serving/object_files.h"
#include "campaign/serving/store_library.h"
#include "tests/campaign/publish_bench.h"

namespace candid::campaign {
namespace {

using test::kRoster;
using test::must;
using test::PublishBench;

TEST(Edition, NamesAMessageAndItsContent) {
  std::string edition = edition_of("m1", "{}");
  EXPECT_EQ(message_of(edition), "m1");
  EXPECT_TRUE(is_recipe_of(edition, "{}"));
  EXPECT_FALSE(is_recipe_of(edition, "{ }"));
  EXPECT_NE(edition_of("m1", "{ }"), edition);
}

TEST(Edition, BeforeThereWereEditionsTheIdWasTheName) {
  EXPECT_EQ(message_of("m0123456789abcdef0123"), "m0123456789abcdef0123");
  EXPECT_TRUE(is_recipe_of("m0123456789abcdef0123", "anything"));
}

// One bucket, two laptops with a ledger each, and campaigns of one id whose rows are different people.
TEST(Edition, ALinkShowsWhatItsOwnLedgerRegistered) {
  PublishBench bench;
  bench.render();
  auto store = bench.store();
  PublishReport first = must(bench.publish_to(*store));
  auto first_ledger = bench.ledger();
  FolderFiles files(*store);
  StoreLibrary library(files);
  std::string before = must(library.find(first.links[0].video_ref)).etag;

  std::string others = kRoster;
  others.replace(others.find("Jane Sample"), 11, "Other Person");
  bench.write("candidates.csv", others);
  bench.render();
  std::filesystem::remove_all(bench.out() / "links.csv");
  std::filesystem::remove_all(bench.journal());
  auto second_ledger = must(track::open_sqlite_ledger(bench.folder() / "second.db"));
  PublishReport second = must(bench.publish_to(*store, *second_ledger));
  ASSERT_EQ(second.links[0].message_id, first.links[0].message_id) << "the same row of the same campaign";
  ASSERT_FALSE(second.links[0].error);

  EXPECT_EQ(must(library.find(first.links[0].video_ref)).etag, before);
  EXPECT_NE(must(library.find(second.links[0].video_ref)).etag, before);
  auto record = must(first_ledger->find_message(first.links[0].message_id));
  EXPECT_EQ(record->video_ref, first.links[0].video_ref);
}

TEST(Edition, ARecipeThatWasExchangedIsNotServed) {
  PublishBench bench;
  bench.render();
  auto store = bench.store();
  PublishReport report = must(bench.publish_to(*store));
  auto recipes = must(files_below(bench.data().store() / "recipes"));
  ASSERT_EQ(recipes.size(), 2U);
  auto one = must(read_file(recipes[0]));
  must(write_file(recipes[0], must(read_file(recipes[1]))));
  must(write_file(recipes[1], one));
  FolderFiles files(*store);
  for (const PublishedLink& link : report.links) {
    auto found = StoreLibrary(files).find(link.video_ref);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().kind(), ErrorKind::Corrupt);
  }
  must(bench.publish_to(*store, {.verify = true}));
  for (const PublishedLink& link : report.links) EXPECT_TRUE(StoreLibrary(files).find(link.video_ref));
}

}  // namespace
}  // namespace candid::campaign
