#include "tests/support/pictures.h"

#include <cstdlib>

#include <gtest/gtest.h>

#include "core/files.h"
#include "encode/still.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"
#include "tests/support/similarity.h"

namespace candid::test {

void pin_fonts() {
  ::setenv("FONTCONFIG_FILE", CANDID_SOURCE_DIR "/tests/support/fonts.conf", 1);
}

void expect_golden(const media::Frame& frame, const std::string& name) {
  std::filesystem::path golden = std::filesystem::path(CANDID_SOURCE_DIR) / "tests/golden" / (name + ".png");
  auto png = must(encode::to_png(frame));
  if (std::getenv("CANDID_UPDATE_GOLDENS") != nullptr) {
    must(write_file(golden, png));
    return;
  }
  auto folder = must(TemporaryFolder::create());
  std::filesystem::path seen = folder.path() / "seen.png";
  must(write_file(seen, png));
  auto picture = [&](const std::filesystem::path& path) {
    std::string pixels = output_of("ffmpeg -nostdin -v error -i " + quoted(path) + " -f rawvideo -pix_fmt rgb24 -");
    return Picture{frame.size().width, frame.size().height, {pixels.begin(), pixels.end()}};
  };
  Similarity alike = similarity(picture(golden), picture(seen));
  if (alike.mean >= kGoldenMean && alike.worst >= kGoldenWorst) return;
  std::filesystem::path kept = std::filesystem::temp_directory_path() / ("candid-golden-" + name + ".png");
  must(write_file(kept, png));
  ADD_FAILURE() << golden << ": SSIM " << alike.mean << ", at worst " << alike.worst << "; what was drawn is in "
                << kept;
}

}  // namespace candid::test
