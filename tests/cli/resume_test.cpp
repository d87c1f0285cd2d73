// Whatever interrupts a run, the next one ends where an undisturbed one would have: the same bytes, and nothing beside.

#include <chrono>
#include <map>
#include <random>
#include <thread>

#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/campaign/workbench.h"
#include "tests/support/small_disk.h"

namespace candid {
namespace {

using test::must;
using test::Workbench;
using namespace std::chrono_literals;

// Six seconds with words at both ends, for six people.
Workbench sizeable_campaign() {
  Workbench bench;
  bench.record(
      "-f lavfi -i testsrc2=size=320x180:rate=30:duration=6 -f lavfi -i sine=440:duration=6:sample_rate=48000 "
      "-vf noise=alls=8:allf=t -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a pcm_s16le");
  std::string toml = test::kToml;
  toml.replace(toml.find("text ="), 0, "end = \"2s\"\n");
  bench.write("campaign.toml", toml + "[[layer]]\nkind = \"text\"\ntext = \"Bye, {{name}}\"\nstart = \"-1s\"\n");
  bench.write("candidates.csv", "id,name,role\n1,Ann,r\n2,Bo,r\n3,Cy,r\n4,Di,r\n5,Ed,r\n6,Flo,r\n");
  return bench;
}

pid_t start(const Workbench& bench) {
  pid_t child = ::fork();
  if (child != 0) return child;
  int nowhere = ::open("/dev/null", O_RDWR);
  int err = ::open((bench.folder().parent_path() / "stderr").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  ::dup2(nowhere, 0), ::dup2(nowhere, 1), ::dup2(err, 2);
  ::execl(CANDID_PROGRAM, CANDID_PROGRAM, "render", bench.folder().c_str(), nullptr);
  ::_exit(127);
}

// The exit code, or -1 when a signal ended it.
int wait_for(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// Every file below out/ but the lock, by its path there.
std::map<std::string, std::vector<uint8_t>> results(const Workbench& bench) {
  std::map<std::string, std::vector<uint8_t>> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(bench.out())) {
    std::string name = entry.path().lexically_relative(bench.out()).string();
    if (entry.is_regular_file() && name != "work/lock") files[name] = must(read_file(entry.path()));
  }
  return files;
}

std::set<std::string> names(const std::map<std::string, std::vector<uint8_t>>& files) {
  std::set<std::string> found;
  for (const auto& [name, bytes] : files) found.insert(name);
  return found;
}

TEST(Resume, AfterKillsAtAnyMomentTheBytesAreThoseOfAnUndisturbedRun) {
  Workbench bench = sizeable_campaign();
  auto began = std::chrono::steady_clock::now();
  ASSERT_EQ(wait_for(start(bench)), 0);
  auto undisturbed = std::chrono::steady_clock::now() - began;
  auto wanted = results(bench);

  std::mt19937 random(20);
  int killed = 0;
  for (int round = 0; round < 4; ++round) {
    std::filesystem::remove_all(bench.out());
    // Every other time the runs find messages with names that have been corrected since.
    if (round % 2 == 1) {
      std::string rows = must(read_text_file(bench.folder() / "candidates.csv"));
      bench.write("candidates.csv", "id,name,role\n1,Anne,r\n2,Bob,r\n3,Cy,r\n4,Di,r\n");
      ASSERT_EQ(wait_for(start(bench)), 0);
      bench.write("candidates.csv", rows);
    }
    // Each run is killed after a random part of an undisturbed run's time, later and later until one gets through.
    for (int code = -1, runs = 0; code != 0; ++runs) {
      ASSERT_LT(runs, 40) << "no run gets further than the one before";
      pid_t child = start(bench);
      auto share = std::chrono::duration<double>(undisturbed) * (0.05 + 0.6 * (random() % 1000) / 1000.0 + 0.04 * runs);
      std::this_thread::sleep_for(share);
      ::kill(child, SIGKILL);
      code = wait_for(child);
      ASSERT_LE(code, 0);
      killed += code < 0 ? 1 : 0;
    }
    auto seen = results(bench);
    EXPECT_EQ(names(seen), names(wanted));
    for (const auto& [name, bytes] : wanted) EXPECT_TRUE(seen[name] == bytes) << name;
  }
  EXPECT_GE(killed, 4);
}

TEST(Resume, AFullDiskIsToldAndRoomIsAllThatIsMissing) {
  Workbench bench = sizeable_campaign();
  ASSERT_EQ(wait_for(start(bench)), 0);
  auto wanted = results(bench);
  uint64_t bytes = 0;
  for (const auto& [name, content] : wanted) bytes += content.size();
  std::filesystem::remove_all(bench.out());

  int full = 0;
  for (double share : {0.15, 0.5, 0.8}) {
    must(make_folder(bench.out()));
    auto disk = test::SmallDisk::mount(bench.out(), static_cast<int>(static_cast<double>(bytes) / 1024 * share));
    if (!disk) GTEST_SKIP() << test::kNoSmallDisk;
    int code = wait_for(start(bench));
    std::string said = must(read_text_file(bench.folder().parent_path() / "stderr"));
    EXPECT_EQ(code, 1) << said;
    EXPECT_THAT(said, testing::HasSubstr("No space left")) << share;
    full += code == 1 ? 1 : 0;
    // What is there under a message's name is whole.
    for (const auto& entry : std::filesystem::directory_iterator(bench.out())) {
      if (entry.path().extension() != ".mp4") continue;
      EXPECT_TRUE(must(read_file(entry.path())) == wanted[entry.path().filename().string()]) << entry.path();
    }
    ASSERT_EQ(::mount("candid", bench.out().c_str(), "tmpfs", MS_REMOUNT, "size=200m"), 0);
    EXPECT_EQ(wait_for(start(bench)), 0);
    auto seen = results(bench);
    EXPECT_EQ(names(seen), names(wanted));
    for (const auto& [name, content] : wanted) EXPECT_TRUE(seen[name] == content) << name;
  }
  EXPECT_EQ(full, 3);
}

}  // namespace
}  // namespace candid
