#include "tests/support/pictures.h"

#include <cmath>
#include <cstdlib>

#include <gtest/gtest.h>

#include "core/files.h"
#include "encode/still.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

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
  auto pixels = [](const std::filesystem::path& path) {
    return output_of("ffmpeg -nostdin -v error -i " + quoted(path) + " -f rawvideo -pix_fmt rgb24 -");
  };
  std::string expected = pixels(golden);
  std::string actual = pixels(seen);
  ASSERT_EQ(actual.size(), expected.size()) << golden;
  double squares = 0;
  for (size_t i = 0; i < actual.size(); ++i) {
    double difference = static_cast<uint8_t>(actual[i]) - static_cast<uint8_t>(expected[i]);
    squares += difference * difference;
  }
  double psnr = squares == 0 ? 99 : 10 * std::log10(255.0 * 255.0 * static_cast<double>(actual.size()) / squares);
  if (psnr < 40) {
    std::filesystem::path kept = std::filesystem::temp_directory_path() / ("candid-golden-" + name + ".png");
    must(write_file(kept, png));
    ADD_FAILURE() << golden << ": PSNR " << psnr << " dB; what was drawn is in " << kept;
  }
}

}  // namespace candid::test
