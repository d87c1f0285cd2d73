// Whatever the roster says, the program opens no file because a name asks for it.

#include <cstdlib>
#include <set>

#include <sys/wait.h>

#include "tests/campaign/hostile_names.h"
#include "tests/campaign/workbench.h"
#include "tests/support/clips.h"

namespace candid {
namespace {

using test::must;
using test::quoted;
using test::Workbench;
namespace fs = std::filesystem;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kIsSanitized = true;
#else
constexpr bool kIsSanitized = false;
#endif

constexpr size_t kNames = 200;

// What a program did that was run with the log of opened files.
struct Watched {
  int code = 0;
  std::string err;
  std::set<fs::path> opened;  // absolute, without "..", with links followed as far as they exist
};

class FilesOpened : public testing::Test {
 protected:
  void SetUp() override {
    if (kIsSanitized)
      GTEST_SKIP() << "a sanitizer's runtime must be the first library; nothing can be loaded before it";
    must(write_file(secret_, "the secret"));
    bench_.write("captions.vtt", "WEBVTT\n\n00:00.000 --> 00:01.500\nThank you, {{name}}.\n");
    bench_.write("campaign.toml", test::kToml + "\n[[layer]]\nkind = \"captions\"\nfile = \"captions.vtt\"\n");
  }

  // With shell words.
  Watched watch(const std::string& program, const std::string& arguments) const {
    fs::path log = outside_ / "opened";
    fs::path err = outside_ / "stderr";
    fs::remove(log);
    std::string command = "CANDID_DATA=" + quoted(outside_ / "data") + " CANDID_OPEN_LOG=" + quoted(log) +
                          " LD_PRELOAD='" CANDID_OPEN_LOG_LIBRARY "' " + program + " " + arguments + " >" +
                          quoted(outside_ / "stdout") + " 2>" + quoted(err) + " </dev/null";
    Watched watched;
    int status = std::system(command.c_str());
    watched.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    watched.err = must(read_text_file(err));
    std::string paths = fs::exists(log) ? must(read_text_file(log, 256 << 20)) : "";
    for (size_t at = 0; at < paths.size();) {
      size_t end = paths.find('\0', at);
      watched.opened.insert(fs::weakly_canonical(paths.substr(at, end - at)));
      at = end + 1;
    }
    return watched;
  }
  Watched candid(const std::string& arguments) const { return watch("'" CANDID_PROGRAM "'", arguments); }

  // Proof of all, and the video of one.
  std::set<fs::path> opened_in_all(int wanted_code) {
    std::set<fs::path> opened;
    const std::string folder = quoted(bench_.folder());
    for (const std::string& arguments : {"proof " + folder, "render " + folder + " --only n0"}) {
      Watched run = candid(arguments);
      EXPECT_EQ(run.code, wanted_code) << arguments << "\n" << run.err.substr(0, 2000);
      opened.merge(run.opened);
    }
    EXPECT_TRUE(fs::exists(bench_.out() / "proof/index.html"));
    return opened;
  }

  // A file's name after whatever a name could say to have it read.
  std::vector<test::HostileName> names_that_ask_for(const fs::path& file) const {
    std::vector<test::HostileName> names;
    const std::string path = file.string();
    const std::string up = "../" + file.filename().string();
    for (const std::string& asked : {path, up, "../" + up, "../../" + up}) {
      for (const char* form : {"*",
                               "file://*",
                               "@*",
                               "<*",
                               "< *",
                               "|cat *",
                               "$(cat *)",
                               "`cat *`",
                               "x',drawtext=textfile=*",
                               "':textfile=*:x='",
                               "movie=*",
                               "subtitles=*",
                               "concat:*",
                               "subfile,,start,0,end,9,,:*",
                               "{{>*}}",
                               "{{> *}}",
                               "<span font_desc=\"*\">x</span>",
                               "<image href=\"*\"/>",
                               "<!ENTITY x SYSTEM \"file://*\">",
                               "<xi:include href=\"*\"/>",
                               "=WEBSERVICE(\"file://*\")",
                               "'; ATTACH '*' AS x;--",
                               "\"><img src=\"*\">",
                               "%{textfile:*}",
                               "url(*)",
                               "~/*",
                               "\\\\?\\*",
                               "*#.png"}) {
        std::string name = form;
        name.replace(name.find('*'), 1, asked);
        names.push_back({"asks for a file", name});
      }
    }
    return names;
  }

  Workbench bench_;
  const fs::path outside_ = bench_.folder().parent_path();
  const fs::path secret_ = outside_ / "secret.txt";
};

bool is_below(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

// Other letters need other fonts, which fontconfig lists in files of its own; and Thai, which is written without
// spaces, needs a dictionary to be broken into lines.
bool is_of_letters(const fs::path& path) {
  const char* home = std::getenv("HOME");
  const fs::path user = home == nullptr ? "/nonexistent" : home;
  const std::vector<fs::path> folders = {
      "/usr/share/fonts",      "/usr/local/share/fonts",   "/usr/share/fontconfig",     "/etc/fonts",
      "/var/cache/fontconfig", user / ".cache/fontconfig", user / ".local/share/fonts", user / ".fonts",
      "/usr/share/libthai"};
  return std::any_of(folders.begin(), folders.end(), [&](const fs::path& folder) { return is_below(path, folder); });
}

// Processes and threads are numbered anew in each run.
std::set<fs::path> without_numbers(const std::set<fs::path>& paths) {
  std::set<fs::path> plain;
  for (const fs::path& path : paths) {
    std::string text;
    for (const fs::path& part : path) {
      bool is_number = is_below(path, "/proc") && part.string().find_first_not_of("0123456789") == std::string::npos;
      text += "/" + (is_number ? std::string("N") : part.string());
    }
    plain.insert(fs::path(text).lexically_normal());
  }
  return plain;
}

TEST_F(FilesOpened, TheLogSeesWhatAProgramOpens) {
  Watched run = watch("cat", quoted(outside_ / "campaign/../secret.txt"));
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_TRUE(run.opened.contains(fs::weakly_canonical(secret_)));
}

TEST_F(FilesOpened, NoneIsOpenedBecauseOfAName) {
  std::vector<test::HostileName> plain;
  for (size_t i = 1; i <= kNames; ++i) plain.push_back({"plain", "Jane " + std::to_string(i)});
  bench_.write("candidates.csv", test::roster_of(plain).csv);
  opened_in_all(0);  // fontconfig may write its caches when it is first asked
  fs::remove_all(bench_.out());
  const std::set<fs::path> baseline = without_numbers(opened_in_all(0));
  const fs::path folder = fs::weakly_canonical(bench_.folder());
  for (const char* file : {"campaign.toml", "candidates.csv", "take.mkv", "captions.vtt", "logo.svg"})
    EXPECT_TRUE(baseline.contains(folder / file)) << file;
  EXPECT_TRUE(std::any_of(baseline.begin(), baseline.end(), [](const fs::path& path) {
    return is_below(path, "/usr/share/fonts");
  })) << "the log must see libraries, too";
  std::set<fs::path> beside;
  for (const auto& entry : fs::directory_iterator(outside_)) beside.insert(entry.path());

  std::vector<test::HostileName> names = names_that_ask_for(secret_);
  for (test::HostileName& name : names_that_ask_for("/etc/passwd")) names.push_back(std::move(name));
  for (test::HostileName& name : test::hostile_names(kNames, 7)) names.push_back(std::move(name));
  bench_.write("candidates.csv", test::roster_of(names).csv);
  fs::remove_all(bench_.out());
  const std::set<fs::path> hostile = without_numbers(opened_in_all(3));
  EXPECT_TRUE(hostile.contains(folder / "candidates.csv"));
  EXPECT_FALSE(hostile.contains(fs::weakly_canonical(secret_)));
  for (const fs::path& path : hostile) {
    EXPECT_TRUE(is_below(path, folder) || is_of_letters(path) || baseline.contains(path))
        << testing::PrintToString(path.string());
  }
  for (const auto& entry : fs::directory_iterator(outside_))
    EXPECT_TRUE(beside.contains(entry.path())) << entry.path() << " lies beside the campaign";
}

}  // namespace
}  // namespace candid
