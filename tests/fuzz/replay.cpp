// Runs a fuzz target without a fuzzer: over every file of its corpus, then over what is left of each when it is cut
// off, and over each with one byte changed. Which, is chosen by a fixed seed: every run is the same.
//
//   fuzz_NAME FOLDER|FILE… [--mutations COUNT]      COUNT in all, shared out over the files

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "core/files.h"
#include "tests/fuzz/target.h"

// A target that has something to set up defines it.
extern "C" __attribute__((weak)) int LLVMFuzzerInitialize(int* count, char*** arguments);

namespace candid::fuzz {
namespace {

using Bytes = std::vector<uint8_t>;

// What a crash must tell: with that, the input can be made again. Only its buffer is read in a signal handler.
char current[512];
size_t current_length = 0;

template <typename... Values>
void note(const char* format, Values... values) {
  int length = std::snprintf(current, sizeof current, format, values...);
  current_length = std::min(sizeof current - 1, static_cast<size_t>(std::max(0, length)));
}

extern "C" void tell_and_die(int signal) {
  constexpr std::string_view kBefore = "\nthe input was ";
  // Nothing can be done where even this cannot be written.
  [[maybe_unused]] ssize_t written = write(STDERR_FILENO, kBefore.data(), kBefore.size());
  written = write(STDERR_FILENO, current, current_length);
  written = write(STDERR_FILENO, "\n", 1);
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

void run(std::span<const uint8_t> input) {
  // A copy of its own, so that sanitizers see a read past its end.
  const Bytes exact(input.begin(), input.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

void run_cut(const std::string& name, const Bytes& input, size_t length) {
  note("%s, its first %zu bytes", name.c_str(), length);
  run(std::span(input).first(length));
}

void run_changed(const std::string& name, const Bytes& input, size_t at, uint8_t by) {
  note("%s, with byte %zu as 0x%02x", name.c_str(), at, by);
  Bytes changed = input;
  changed[at] = by;
  run(changed);
}

struct Settings {
  std::vector<std::filesystem::path> files{};
  size_t mutations = 5000;
};

Settings read_arguments(std::span<char*> arguments) {
  Settings settings;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string_view argument = arguments[i];
    if (argument == "--mutations" && i + 1 < arguments.size()) {
      std::string_view count = arguments[++i];
      auto [end, status] = std::from_chars(count.data(), count.data() + count.size(), settings.mutations);
      claim(status == std::errc{} && end == count.data() + count.size(), "--mutations is a number");
    } else if (std::filesystem::is_directory(argument)) {
      for (std::filesystem::path& file : must(files_below(argument))) settings.files.push_back(std::move(file));
    } else {
      settings.files.emplace_back(argument);
    }
  }
  std::sort(settings.files.begin(), settings.files.end());
  return settings;
}

int replay(const Settings& settings) {
  if (settings.files.empty()) broken("there is no corpus to replay");
  std::mt19937_64 random(7);  // any fixed seed
  const size_t share = settings.mutations / settings.files.size();
  size_t inputs = 0;
  note("nothing at all");
  run({});
  for (const std::filesystem::path& file : settings.files) {
    const std::string name = file.string();
    const Bytes input = must(read_file(file));
    note("%s", name.c_str());
    run(input);
    // Short files need no more than each cut and a change of each byte.
    size_t mutations = std::min(share, 2 * input.size());
    for (size_t i = 0; i < mutations; ++i) {
      size_t at = random() % input.size();
      if (i % 2 == 0) {
        run_cut(name, input, at);
      } else {
        run_changed(name, input, at, static_cast<uint8_t>(random()));
      }
    }
    inputs += 1 + mutations;
  }
  std::printf("%zu inputs of %zu files\n", inputs, settings.files.size());
  return 0;
}

}  // namespace
}  // namespace candid::fuzz

int main(int count, char** arguments) {
  for (int signal : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) std::signal(signal, candid::fuzz::tell_and_die);
  if (LLVMFuzzerInitialize != nullptr) LLVMFuzzerInitialize(&count, &arguments);
  auto all = std::span(arguments, static_cast<size_t>(count));
  return candid::fuzz::replay(candid::fuzz::read_arguments(all.subspan(1)));
}
