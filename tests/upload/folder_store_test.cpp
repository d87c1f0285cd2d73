#include "upload/folder_store.h"

#include <sys/stat.h>
#include <unistd.h>

#include "core/digest.h"
#include "core/encoding.h"
#include "core/files.h"
#include "tests/support/results.h"

namespace candid::upload {
namespace {

using candid::test::must;
using testing::HasSubstr;
namespace fs = std::filesystem;

const std::vector<uint8_t> kBytes = {1, 2, 3};

TEST(ObjectName, NamesPartsByTheirHash) {
  std::string hash(64, 'a');
  EXPECT_EQ(part_object(hash), "parts/aa/" + hash);
  EXPECT_TRUE(is_object_name(part_object(hash)));
  EXPECT_FALSE(is_object_name("recipes/AB.json"));
  EXPECT_TRUE(is_object_name("recipes/a_b-c.json"));
  EXPECT_FALSE(is_object_name(std::string(513, 'a')));
  EXPECT_FALSE(is_object_name(std::string_view("a\0b", 3)));
}

TEST(ObjectName, HasNoSecondSpelling) {
  for (std::string_view bad : {".", "./a", "a/./b", "a/."}) EXPECT_FALSE(is_object_name(bad)) << bad;
}

TEST(FolderStore, AnObjectIsAFile) {
  auto folder = must(TemporaryFolder::create());
  auto store = must(FolderStore::open(folder.path() / "a/b"));
  must(store->put("parts/x", kBytes));
  EXPECT_EQ(must(store->path_of("parts/x")), folder.path() / "a/b/parts/x");
  EXPECT_EQ(must(read_file(folder.path() / "a/b/parts/x")), kBytes);
  EXPECT_FALSE(store->path_of("../x"));
  EXPECT_THAT(store->describe(), HasSubstr((folder.path() / "a/b").string()));
}

TEST(FolderStore, FindsWhatWasThereBefore) {
  auto folder = must(TemporaryFolder::create());
  must(must(FolderStore::open(folder.path()))->put("a", kBytes));
  EXPECT_EQ(must(must(FolderStore::open(folder.path()))->get("a")), kBytes);
}

TEST(FolderStore, LeavesNothingBesideItsObjects) {
  auto folder = must(TemporaryFolder::create());
  auto store = must(FolderStore::open(folder.path()));
  must(store->put("a", kBytes));
  must(store->put("a", kBytes));
  EXPECT_FALSE(store->put_file("b", folder.path() / "missing"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

TEST(FolderStore, AFileThatIsNotThePartAnyMoreIsNotStored) {
  auto folder = must(TemporaryFolder::create());
  auto store = must(FolderStore::open(folder.path() / "store"));
  must(write_file(folder.path() / "part", std::string_view("a pert")));
  const std::string name = part_object(to_hex(sha256("a part")));
  auto put = store->put_file(name, folder.path() / "part");
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().kind(), ErrorKind::Corrupt);
  EXPECT_FALSE(put.error().retryable());
  EXPECT_THAT(put.error().hint(), HasSubstr("render again"));
  EXPECT_TRUE(must(files_below(folder.path() / "store")).empty());
}

TEST(FolderStore, APartThatIsSuspectedIsHashedAndReplaced) {
  auto folder = must(TemporaryFolder::create());
  auto store = must(FolderStore::open(folder.path() / "store"));
  must(write_file(folder.path() / "part", std::string_view("a part")));
  const std::string name = part_object(to_hex(sha256("a part")));
  std::filesystem::path stored = must(store->path_of(name));
  must(store->put_file(name, folder.path() / "part"));
  must(write_file(stored, std::string_view("a pert")));
  must(store->put_file(name, folder.path() / "part"));
  EXPECT_EQ(must(read_text_file(stored)), "a pert") << "the size is the same";
  must(store->put_file(name, folder.path() / "part", {.check_content = true}));
  EXPECT_EQ(must(read_text_file(stored)), "a part");
}

TEST(FolderStore, AFolderItMayNotWriteToIsPermissionDenied) {
  auto folder = must(TemporaryFolder::create());
  auto store = must(FolderStore::open(folder.path()));
  must(store->put("a", kBytes));
  ASSERT_EQ(::chmod(folder.path().c_str(), 0555), 0);
  constexpr uid_t kNobody = 65534;
  bool is_root = ::geteuid() == 0;  // root may write anywhere
  ASSERT_EQ(is_root ? ::seteuid(kNobody) : 0, 0);
  auto put = store->put("b", kBytes);
  auto removed = store->remove("a");
  auto opened = FolderStore::open(folder.path() / "new");
  ASSERT_EQ(is_root ? ::seteuid(0) : 0, 0);
  ::chmod(folder.path().c_str(), 0755);
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().kind(), ErrorKind::PermissionDenied);
  ASSERT_FALSE(removed);
  EXPECT_EQ(removed.error().kind(), ErrorKind::PermissionDenied);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind(), ErrorKind::PermissionDenied);
}

TEST(FolderStore, AFileInPlaceOfItsFolderIsRefused) {
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "file", std::string_view("x")));
  EXPECT_FALSE(FolderStore::open(folder.path() / "file/store"));
  auto store = FolderStore::open(folder.path() / "file");
  EXPECT_FALSE(store && (*store)->put("a", kBytes));
}

}  // namespace
}  // namespace candid::upload
