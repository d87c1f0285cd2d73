#pragma once
// Clips for tests, made on the spot by the ffmpeg program, so that each has its recipe where it is used.

#include <filesystem>
#include <string>

namespace candid::test {

// What `ffmpeg -v error -y ARGUMENTS PATH` makes; fails the test when it fails. Arguments go through the shell: only
// literals of ours. Those that name no file make the same clip each time: it is kept in the build folder, and copied.
std::filesystem::path make_clip(const std::filesystem::path& path, const std::string& arguments);

// What `command` prints on stdout; fails the test when it exits with another code than 0.
std::string output_of(const std::string& command);

// "'it'\''s'": one shell word.
std::string quoted(const std::filesystem::path& path);

}  // namespace candid::test
