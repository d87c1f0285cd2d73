// Caption files as the page's transcript reads them (WebVTT), and as campaigns do (SubRip, WebVTT, SubStation Alpha).

#include <fstream>

#include "core/files.h"
#include "core/text.h"
#include "media/cues.h"
#include "tests/fuzz/target.h"
#include "track/pages/transcript.h"

namespace candid {
namespace {

using fuzz::claim;

void check_transcript(std::string_view text) {
  const track::Transcript lines = track::parse_transcript(text);
  claim(lines.size() <= 2000, "a transcript has an end");
  for (const track::TranscriptLine& line : lines) {
    claim(!line.text.empty() && line.text.find('\n') == std::string::npos, "a line is one line");
    claim(line.start >= Microseconds(0), "no line comes before the video");
    claim(line.text.size() <= text.size(), "no line is longer than its file");
  }
}

const std::filesystem::path& scratch_file() {
  static const TemporaryFolder folder = [] {
    fuzz::prepare_process();
    return fuzz::must(TemporaryFolder::create("candid-fuzz-"));
  }();
  static const std::filesystem::path file = folder.path() / "captions";
  return file;
}

void check_cues(std::string_view text) {
  std::ofstream(scratch_file(), std::ios::binary | std::ios::trunc) << text;
  auto cues = media::read_cues(scratch_file());
  if (!cues) return;
  claim(!cues->empty(), "a caption file has captions");
  Microseconds before{0};
  for (const media::Cue& cue : *cues) {
    claim(is_valid_utf8(cue.text), "a caption is UTF-8");
    claim(cue.start >= before && cue.end >= cue.start, "captions are in order of time");
    before = cue.start;
  }
  // What the page's track is made of.
  const std::string written = media::to_webvtt(*cues);
  claim(written.starts_with("WEBVTT"), "captions are written as WebVTT");
  check_transcript(written);
}

}  // namespace
}  // namespace candid

// Before the clock of the first input runs.
extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** /*arguments*/) {
  candid::scratch_file();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text = candid::fuzz::text_of(data, size);
  candid::check_transcript(text);
  candid::check_cues(text);
  return 0;
}
