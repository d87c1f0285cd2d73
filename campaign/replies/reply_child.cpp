#include "campaign/replies/reply_child.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <new>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "media/untrusted.h"

namespace candid::campaign {
namespace {

constexpr size_t kLongestReport = 16 << 10;
constexpr int kLowestPriority = 19;
constexpr rlim_t kMostMemory = 3ull << 30;     // address space, of which the program's libraries take half a gigabyte
constexpr rlim_t kMostProcessor = 15 * 60;     // seconds
constexpr rlim_t kLargestFile = 512ull << 20;  // bytes
constexpr rlim_t kMostFiles = 64;
constexpr rlim_t kBeforeKill = 5;  // seconds of the processor

struct Descriptor {
  explicit Descriptor(int opened) : file(opened) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  void close() {
    if (file >= 0) ::close(file);
    file = -1;
  }
  int file;
};

struct SpawnPlan {
  SpawnPlan() {
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
};

tl::unexpected<Error> cannot_run(int code) {
  return tl::unexpected(system_error(code, "cannot run the transcoder").retry_may_help());
}

// Nothing of ours but standard streams, and an environment without what it may hold of secrets. A process group of its
// own, so that Ctrl-C ends the server, which then ends it.
Result<pid_t> spawn(const std::filesystem::path& program, const ReplyJob& job, int report) {
  SpawnPlan plan;
  ::posix_spawn_file_actions_addopen(&plan.files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&plan.files, report, STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&plan.files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addclosefrom_np(&plan.files, STDERR_FILENO + 1);
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&plan.attributes, &none);
  ::posix_spawnattr_setsigdefault(&plan.attributes, &all);
  ::posix_spawnattr_setpgroup(&plan.attributes, 0);
  ::posix_spawnattr_setflags(&plan.attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  std::array<std::string, 5> words = {"candid", kTranscodeCommand, job.raw.string(), job.video.string(),
                                      job.poster.string()};
  std::array<char*, 6> arguments{};
  for (size_t i = 0; i < words.size(); ++i) arguments[i] = words[i].data();
  std::array<std::string, 3> settings = {"LC_ALL=C.UTF-8", "PATH=/usr/bin:/bin", "CANDID_LOG=off"};
  std::array<char*, 4> environment{};
  for (size_t i = 0; i < settings.size(); ++i) environment[i] = settings[i].data();
  pid_t child = -1;
  int code =
      ::posix_spawn(&child, program.c_str(), &plan.files, &plan.attributes, arguments.data(), environment.data());
  if (code != 0) return cannot_run(code);
  return child;
}

enum class Ending { Said, SaidTooMuch, Stopped, TimeOver };

// Reads until the process closes its end, or must be ended.
Result<Ending> read_report(int report, int stopped, std::chrono::steady_clock::time_point end, std::string& text) {
  while (true) {
    auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    std::array<pollfd, 2> watched = {{{report, POLLIN, 0}, {stopped, POLLIN, 0}}};
    int count =
        left <= 0 ? 0 : ::poll(watched.data(), watched.size(), static_cast<int>(std::min<int64_t>(left, 60'000)));
    if (count < 0 && errno != EINTR) return cannot_run(errno);
    if (watched[1].revents != 0) return Ending::Stopped;
    if (left <= 0) return Ending::TimeOver;
    if (count <= 0 || watched[0].revents == 0) continue;
    std::array<char, 4096> bytes{};
    ssize_t got = ::read(report, bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Ending::Said;
    text.append(bytes.data(), static_cast<size_t>(got));
    if (text.size() > kLongestReport) return Ending::SaidTooMuch;
  }
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

// What the process said, or how it ended without saying anything.
Result<track::ReplyResult> understand(const std::string& text, int status) {
  if (WIFSIGNALED(status)) {
    int signal = WTERMSIG(status);
    bool is_from_outside = signal == SIGKILL || signal == SIGTERM;  // of somebody who needed the memory, say
    return fail(is_from_outside ? ErrorKind::Io : ErrorKind::Corrupt,
                fmt::format("the transcoder was ended by signal {}", signal));
  }
  nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_object() && json.contains("result") && json["result"].is_object()) {
    return track::parse_reply_result(json["result"].dump());
  }
  bool has_reason = json.is_object() && json.contains("why") && json["why"].is_string();
  std::string why = has_reason ? json["why"].get<std::string>() : "the transcoder said nothing";
  return fail(has_reason && json.value("final", false) ? ErrorKind::Corrupt : ErrorKind::Io, std::move(why));
}

// Before anything is opened. What cannot be lowered stays as it is.
void confine_this_process() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::prctl(PR_SET_DUMPABLE, 0);
  ::setpriority(PRIO_PROCESS, 0, kLowestPriority);
  struct Limit {
    __rlimit_resource what;
    rlim_t most;
  };
  for (const Limit& limit :
       {Limit{RLIMIT_AS, kMostMemory}, Limit{RLIMIT_CPU, kMostProcessor}, Limit{RLIMIT_FSIZE, kLargestFile},
        Limit{RLIMIT_NOFILE, kMostFiles}, Limit{RLIMIT_CORE, 0}}) {
    rlimit old{};
    ::getrlimit(limit.what, &old);
    // Beyond the upper one SIGKILL comes, which would look like somebody else's.
    rlimit lower{std::min(limit.most, old.rlim_max), std::min(limit.most + kBeforeKill, old.rlim_max)};
    ::setrlimit(limit.what, &lower);
  }
  media::open_only_what_browsers_record(int64_t{kLargestReplySide} * kLargestReplySide);
}

}  // namespace

Result<track::ReplyResult> transcode_in_child(const ReplyChild& child, const ReplyJob& job,
                                              const std::stop_token& stop) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return cannot_run(errno);
  Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  Descriptor stopped(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (stopped.file < 0) return cannot_run(errno);
  std::stop_callback tell(stop, [&] { ::eventfd_write(stopped.file, 1); });

  auto end = std::chrono::steady_clock::now() + child.longest;
  pid_t process = TRY(spawn(child.program, job, writing.file));
  writing.close();
  std::string text;
  auto ending = read_report(reading.file, stopped.file, end, text);
  if (!ending || *ending != Ending::Said) ::kill(-process, SIGKILL);  // and what it may have started
  int status = wait_for(process);
  if (!ending) return tl::unexpected(ending.error());
  if (*ending == Ending::Said) return understand(text, status);
  if (*ending == Ending::Stopped) return fail(ErrorKind::Cancelled, "transcoding was stopped");
  if (*ending == Ending::SaidTooMuch) return fail(ErrorKind::Corrupt, "the transcoder said more than it may");
  // Its own limit of the processor was not reached: it waited, for this machine's other work as a rule.
  std::string what = fmt::format("it was not transcoded within {} s", child.longest.count());
  return tl::unexpected(Error(ErrorKind::OutOfReach, std::move(what)).retry_may_help());
}

ChildReport transcode_as_child(const ReplyJob& job) {
  confine_this_process();
  Result<track::ReplyResult> result = fail(ErrorKind::Corrupt, "it takes more memory than a reply may");
  try {
    result = transcode_reply(job);
  } catch (const std::bad_alloc&) {
    // As it says.
  }
  if (result) {
    nlohmann::json done{{"result", nlohmann::json::parse(to_json(*result))}};
    return {done.dump(), true};
  }
  const Error& error = result.error();
  bool is_passing = error.kind() == ErrorKind::NoSpace || error.kind() == ErrorKind::NotFound ||
                    error.kind() == ErrorKind::PermissionDenied;
  nlohmann::json failed{{"why", error.describe()}, {"final", !is_passing}};
  return {failed.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace), !is_passing};
}

}  // namespace candid::campaign
