#include "tests/support/clips.h"

#include <array>
#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>

namespace candid::test {

std::filesystem::path make_clip(const std::filesystem::path& path, const std::string& arguments) {
  std::string command = "ffmpeg -nostdin -v error -y " + arguments + " " + quoted(path);
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  return path;
}

std::string output_of(const std::string& command) {
  std::string output;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) {
    ADD_FAILURE() << command;
    return output;
  }
  std::array<char, 4096> buffer{};
  size_t got = 0;
  while ((got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0) output.append(buffer.data(), got);
  EXPECT_EQ(::pclose(pipe), 0) << command;
  return output;
}

std::string quoted(const std::filesystem::path& path) {
  std::string word = "'";
  for (char c : path.string()) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

}  // namespace candid::test
