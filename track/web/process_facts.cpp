#include "track/web/process_facts.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

namespace candid::track {
namespace {

// Fields of /proc/self/stat behind the program's name, which may hold spaces (proc(5) counts from 1; this is its 3rd).
constexpr int kFirstField = 3;
constexpr int kUserTicks = 14;
constexpr int kKernelTicks = 15;
constexpr int kStartTicks = 22;

double boot_seconds() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("btime ")) return std::stod(line.substr(6));
  }
  return 0;
}

void read_times(ProcessFacts& facts) {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const size_t name_end = line.rfind(')');
  if (name_end == std::string::npos) return;
  std::istringstream fields(line.substr(name_end + 1));
  const auto ticks_of_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  std::string field;
  for (int number = kFirstField; fields >> field; ++number) {
    if (number == kUserTicks || number == kKernelTicks) facts.cpu_seconds += std::stod(field) / ticks_of_second;
    if (number == kStartTicks) facts.start_seconds = boot_seconds() + std::stod(field) / ticks_of_second;
  }
}

uint64_t count_open_files() {
  std::error_code code;
  std::filesystem::directory_iterator files("/proc/self/fd", code);
  if (code) return 0;
  const auto count = std::distance(begin(files), end(files));
  return static_cast<uint64_t>(std::max<std::ptrdiff_t>(count - 1, 0));  // without the one that was opened to count
}

}  // namespace

ProcessFacts process_facts() {
  ProcessFacts facts;
  read_times(facts);
  std::ifstream memory("/proc/self/statm");
  uint64_t pages = 0;
  memory >> pages >> pages;  // the second is what is resident
  facts.resident_bytes = pages * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  facts.open_files = count_open_files();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) facts.most_files = limit.rlim_cur;
  return facts;
}

}  // namespace candid::track
