#include "core/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/core/bytes.h"
#include "tests/support/results.h"
#include "tests/support/small_disk.h"

namespace candid {
namespace {

using test::must;
using testing::HasSubstr;
namespace fs = std::filesystem;

int entries(const fs::path& folder) {
  return static_cast<int>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

mode_t mode_of(const fs::path& path) {
  struct stat facts {};
  EXPECT_EQ(::stat(path.c_str(), &facts), 0);
  return facts.st_mode & 07777;
}

TEST(FileWriter, LeavesNothingWithoutACommit) {
  auto folder = must(TemporaryFolder::create());
  {
    auto writer = must(FileWriter::create(folder.path() / "a"));
    must(writer.write("half"));
    EXPECT_FALSE(fs::exists(folder.path() / "a"));
    EXPECT_TRUE(fs::exists(writer.temporary_path()));
    EXPECT_EQ(writer.temporary_path().parent_path(), folder.path());
  }
  EXPECT_EQ(entries(folder.path()), 0);
}

TEST(FileMode, IsThatOfTheFileThatIsThere) {
  auto folder = must(TemporaryFolder::create());
  for (FileMode mode : {FileMode::Private, FileMode::Shared}) {
    must(write_file(folder.path() / "a", std::string_view("x"), mode));
    EXPECT_EQ(file_mode(folder.path() / "a"), mode);
  }
  EXPECT_EQ(file_mode(folder.path() / "none"), FileMode::Private);
}

TEST(FileWriter, AppearsWholeOnCommit) {
  auto folder = must(TemporaryFolder::create());
  auto writer = must(FileWriter::create(folder.path() / "a"));
  must(writer.write("one "));
  must(writer.write(bytes_of("two")));
  EXPECT_EQ(writer.size(), 7U);
  must(writer.commit());
  EXPECT_EQ(must(read_text_file(folder.path() / "a")), "one two");
  EXPECT_EQ(entries(folder.path()), 1);
}

TEST(FileWriter, ReplacesAFileAtOnce) {
  auto folder = must(TemporaryFolder::create());
  auto path = folder.path() / "a";
  must(write_file(path, std::string_view("old and longer")));
  int old_file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(old_file, 0);
  auto writer = must(FileWriter::create(path));
  must(writer.write("new"));
  EXPECT_EQ(must(read_text_file(path)), "old and longer");
  must(writer.commit());
  EXPECT_EQ(must(read_text_file(path)), "new");
  // Who had it open still reads the old one: it was replaced, not overwritten.
  std::array<char, 32> text{};
  EXPECT_EQ(::read(old_file, text.data(), text.size()), 14);
  ::close(old_file);
}

TEST(FileWriter, TwoAtOnceDoNotMix) {
  auto folder = must(TemporaryFolder::create());
  auto first = must(FileWriter::create(folder.path() / "a"));
  auto second = must(FileWriter::create(folder.path() / "a"));
  must(first.write("first"));
  must(second.write("second"));
  must(first.commit());
  must(second.commit());
  EXPECT_EQ(must(read_text_file(folder.path() / "a")), "second");
  EXPECT_EQ(entries(folder.path()), 1);
}

TEST(FileWriter, MovesWithItsFile) {
  auto folder = must(TemporaryFolder::create());
  auto first = must(FileWriter::create(folder.path() / "a"));
  must(first.write("kept"));
  auto second = must(FileWriter::create(folder.path() / "b"));
  second = std::move(first);
  EXPECT_EQ(second.size(), 4U);
  must(second.commit());
  EXPECT_EQ(must(read_text_file(folder.path() / "a")), "kept");
  EXPECT_EQ(entries(folder.path()), 1);
}

TEST(FileWriter, PrivateFilesAreForTheirOwnerOnly) {
  auto folder = must(TemporaryFolder::create());
  mode_t before = ::umask(0);
  auto secret = write_file(folder.path() / "secret", std::string_view("x"), FileMode::Private);
  auto shared = write_file(folder.path() / "shared", std::string_view("x"));
  ::umask(before);
  must(secret);
  must(shared);
  EXPECT_EQ(mode_of(folder.path() / "secret"), 0600U);
  EXPECT_EQ(mode_of(folder.path() / "shared"), 0644U);
}

TEST(FileWriter, CopiesARange) {
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "source", std::string_view("0123456789")));
  auto writer = must(FileWriter::create(folder.path() / "a"));
  must(writer.write("<"));
  must(writer.copy_from(folder.path() / "source", 3, 4));
  must(writer.copy_from(folder.path() / "source", 0, 0));
  must(writer.copy_from(folder.path() / "source", 9, 1));
  must(writer.write(">"));
  EXPECT_EQ(writer.size(), 7U);
  must(writer.commit());
  EXPECT_EQ(must(read_text_file(folder.path() / "a")), "<34569>");
}

TEST(FileWriter, ACopyOfWhatIsTooShortIsCorrupt) {
  auto folder = must(TemporaryFolder::create());
  must(write_file(folder.path() / "source", std::string_view("0123456789")));
  auto writer = must(FileWriter::create(folder.path() / "a"));
  for (auto [offset, length] : {std::pair<uint64_t, uint64_t>{3, 8}, {10, 1}, {1000, 1}}) {
    auto copied = writer.copy_from(folder.path() / "source", offset, length);
    ASSERT_FALSE(copied) << offset;
    EXPECT_EQ(copied.error().kind(), ErrorKind::Corrupt);
    EXPECT_THAT(copied.error().message(), HasSubstr("source"));
  }
  auto missing = writer.copy_from(folder.path() / "missing", 0, 1);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), ErrorKind::NotFound);
}

TEST(FileWriter, NeedsItsFolder) {
  auto folder = must(TemporaryFolder::create());
  auto writer = FileWriter::create(folder.path() / "missing" / "a");
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().kind(), ErrorKind::NotFound);
  EXPECT_THAT(writer.error().message(), HasSubstr("missing/a"));
}

TEST(FileWriter, NeedsAFolderItMayWriteTo) {
  auto folder = must(TemporaryFolder::create());
  ASSERT_EQ(::chmod(folder.path().c_str(), 0555), 0);
  constexpr uid_t kNobody = 65534;
  bool is_root = ::geteuid() == 0;  // root may write anywhere
  ASSERT_EQ(is_root ? ::seteuid(kNobody) : 0, 0);
  auto writer = FileWriter::create(folder.path() / "a");
  ASSERT_EQ(is_root ? ::seteuid(0) : 0, 0);
  ::chmod(folder.path().c_str(), 0755);
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().kind(), ErrorKind::PermissionDenied);
  EXPECT_FALSE(writer.error().hint().empty());
}

TEST(FileWriter, DoesNotReplaceAFolder) {
  auto folder = must(TemporaryFolder::create());
  must(make_folder(folder.path() / "a"));
  EXPECT_FALSE(write_file(folder.path() / "a", std::string_view("x")));
  EXPECT_TRUE(fs::is_directory(folder.path() / "a"));
  EXPECT_EQ(entries(folder.path()), 1);
}

TEST(FileWriter, AFullDiskIsNoSpaceAndKeepsTheOldFile) {
  auto folder = must(TemporaryFolder::create());
  auto source_folder = must(TemporaryFolder::create());
  auto disk = candid::test::SmallDisk::mount(folder.path(), 256);
  if (!disk) GTEST_SKIP() << candid::test::kNoSmallDisk;
  const std::string big(1 << 20, 'x');
  must(write_file(folder.path() / "a", std::string_view("old")));
  auto written = write_file(folder.path() / "a", std::string_view(big));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind(), ErrorKind::NoSpace);
  EXPECT_FALSE(written.error().hint().empty());

  must(write_file(source_folder.path() / "big", std::string_view(big)));
  {
    auto writer = must(FileWriter::create(folder.path() / "a"));
    auto copied = writer.copy_from(source_folder.path() / "big", 0, big.size());
    ASSERT_FALSE(copied);
    EXPECT_EQ(copied.error().kind(), ErrorKind::NoSpace);
  }
  EXPECT_EQ(must(read_text_file(folder.path() / "a")), "old");
  EXPECT_EQ(entries(folder.path()), 1);
}

TEST(Files, ReadTellsWhatIsWrong) {
  auto folder = must(TemporaryFolder::create());
  auto missing = read_file(folder.path() / "missing");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), ErrorKind::NotFound);
  EXPECT_FALSE(read_file(folder.path()));
  must(write_file(folder.path() / "ten", std::string_view("0123456789")));
  EXPECT_EQ(must(read_file(folder.path() / "ten", 10)).size(), 10U);
  auto large = read_file(folder.path() / "ten", 9);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().kind(), ErrorKind::InvalidInput);
}

TEST(Files, MakeFolderMakesItsParentsAndMayBeRepeated) {
  auto folder = must(TemporaryFolder::create());
  must(make_folder(folder.path() / "a/b/c"));
  must(make_folder(folder.path() / "a/b/c"));
  EXPECT_TRUE(fs::is_directory(folder.path() / "a/b/c"));
  must(write_file(folder.path() / "file", std::string_view("x")));
  EXPECT_FALSE(make_folder(folder.path() / "file/b"));
}

TEST(TemporaryFolder, GoesWithAllItHolds) {
  fs::path path;
  {
    auto folder = must(TemporaryFolder::create());
    path = folder.path();
    EXPECT_EQ(mode_of(path), 0700U);
    must(make_folder(path / "a"));
    must(write_file(path / "a/b", std::string_view("x")));
    auto moved = std::move(folder);
    EXPECT_EQ(moved.path(), path);
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(RemoveAbandonedFiles, TakesWhatWritersLeftAndNothingElse) {
  auto folder = must(TemporaryFolder::create());
  const char* kept[] = {"a.mp4", ".hidden", ".a.part", ".a.0123456789aB.part", "a.0123456789ab.part", ".part"};
  for (const char* name : kept) must(write_file(folder.path() / name, std::string_view("x")));
  auto writer = must(FileWriter::create(folder.path() / "b"));
  must(write_file(folder.path() / ".a.b.0123456789ab.part", std::string_view("x")));
  must(make_folder(folder.path() / "below"));
  must(write_file(folder.path() / "below/.a.0123456789ab.part", std::string_view("x")));
  auto elsewhere = must(TemporaryFolder::create());
  must(write_file(elsewhere.path() / ".a.0123456789ab.part", std::string_view("x")));
  fs::create_directory_symlink(elsewhere.path(), folder.path() / "below/link");
  must(remove_abandoned_files(folder.path()));
  EXPECT_EQ(entries(folder.path() / "below"), 1);
  EXPECT_EQ(entries(elsewhere.path()), 1) << "links are not followed";
  fs::remove_all(folder.path() / "below");
  EXPECT_FALSE(fs::exists(writer.temporary_path()));
  EXPECT_EQ(entries(folder.path()), static_cast<int>(std::size(kept)));
}

TEST(ScratchFile, HoldsBytesWithoutAName) {
  auto folder = must(TemporaryFolder::create());
  auto scratch = must(ScratchFile::create(folder.path()));
  EXPECT_EQ(entries(folder.path()), 0) << "a crash leaves nothing behind";
  must(scratch.append(bytes_of("hello ")));
  auto moved = std::move(scratch);
  must(moved.append(bytes_of("world")));
  EXPECT_EQ(moved.size(), 11U);
  std::vector<uint8_t> read(5);
  must(moved.read(6, read));
  EXPECT_TRUE(std::ranges::equal(read, bytes_of("world")));
  auto past = moved.read(7, read);
  ASSERT_FALSE(past);
  EXPECT_EQ(past.error().kind(), ErrorKind::Corrupt);
}

TEST(ScratchFile, AFullDiskIsNoSpace) {
  auto folder = must(TemporaryFolder::create());
  auto disk = test::SmallDisk::mount(folder.path(), 64);
  if (!disk) GTEST_SKIP() << test::kNoSmallDisk;
  auto scratch = must(ScratchFile::create(folder.path()));
  auto full = scratch.append(std::vector<uint8_t>(1 << 20));
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().kind(), ErrorKind::NoSpace);
}

TEST(FileLock, IsHeldOnce) {
  auto folder = must(TemporaryFolder::create());
  {
    auto lock = must(FileLock::try_acquire(folder.path() / "lock"));
    auto second = FileLock::try_acquire(folder.path() / "lock");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind(), ErrorKind::Exists);
  }
  EXPECT_TRUE(FileLock::try_acquire(folder.path() / "lock"));
}

}  // namespace
}  // namespace candid
