#include "tests/support/server_process.h"

#include <cerrno>
#include <stdexcept>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace candid::test {
namespace {

struct Pipe {
  // Closed in whatever else this process starts: a server that held another's stdin would keep it from ending.
  Pipe() {
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe for a server");
  }
  int ends[2] = {-1, -1};
  int reading() const { return ends[0]; }
  int writing() const { return ends[1]; }
};

pid_t spawn(const std::string& program, const std::vector<std::string>& arguments, int in, int out) {
  std::vector<char*> words{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  pid_t child = -1;
  int failure = ::posix_spawn(&child, program.c_str(), &actions, nullptr, words.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw std::runtime_error("cannot run " + program);
  return child;
}

// Up to the line's end, or the end of all.
std::string read_line(int descriptor) {
  std::string line;
  for (char letter = 0;;) {
    ssize_t count = ::read(descriptor, &letter, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count != 1 || letter == '\n') return line;
    line += letter;
  }
}

void wait_for_end(pid_t child) {
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

ServerProcess::ServerProcess(const std::string& name, const std::vector<std::string>& arguments) {
  Pipe in;
  Pipe out;
  script_ = spawn(std::string(CANDID_SOURCE_DIR) + "/tests/servers/" + name, arguments, in.reading(), out.writing());
  ::close(in.reading());
  ::close(out.writing());
  stdin_ = in.writing();
  stdout_ = out.reading();
  auto told = nlohmann::json::parse(read_line(stdout_), nullptr, false);
  if (!told.is_object()) {
    ::close(stdin_);
    ::close(stdout_);
    wait_for_end(script_);
    throw std::runtime_error("the test server " + name + " did not start");
  }
  for (const auto& [key, value] : told.items()) {
    facts_[key] = value.is_string() ? value.get<std::string>() : value.dump();
  }
}

ServerProcess::~ServerProcess() {
  ::close(stdin_);
  ::close(stdout_);
  wait_for_end(script_);
}

}  // namespace candid::test
