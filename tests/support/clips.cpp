#include "tests/support/clips.h"

#include <array>
#include <cstdio>
#include <cstdlib>

#include <gtest/gtest.h>
#include <unistd.h>

#include "core/digest.h"
#include "core/encoding.h"

namespace candid::test {

namespace {

void run_ffmpeg(const std::string& arguments, const std::filesystem::path& path) {
  const std::string command = "ffmpeg -nostdin -v error -y " + arguments + " " + quoted(path);
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
}

// Clips that need no file depend on their arguments alone, and hundreds of tests begin with the same one.
std::filesystem::path made_before(const std::string& arguments, const std::filesystem::path& extension) {
  const std::filesystem::path folder = CANDID_CLIPS_FOLDER;
  std::filesystem::path clip = folder / to_hex(sha256(arguments)).append(extension.string());
  if (std::filesystem::exists(clip)) return clip;
  std::filesystem::create_directories(folder);
  // Under another name until it is whole, as tests run beside each other.
  const std::filesystem::path part = folder / (std::to_string(::getpid()) + extension.string());
  run_ffmpeg(arguments, part);
  std::filesystem::rename(part, clip);
  return clip;
}

}  // namespace

std::filesystem::path make_clip(const std::filesystem::path& path, const std::string& arguments) {
  if (arguments.find('/') != std::string::npos) {
    run_ffmpeg(arguments, path);
  } else {
    std::filesystem::copy_file(made_before(arguments, path.extension()), path,
                               std::filesystem::copy_options::overwrite_existing);
  }
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
