#include "media/waveform.h"

#include <cmath>

#include "core/files.h"
#include "tests/support/clips.h"
#include "tests/support/results.h"

namespace candid::media {
namespace {

using candid::test::make_clip;
using candid::test::must;
using testing::Each;
using testing::Field;
using namespace std::chrono_literals;

const std::string kRedPicture = "-f lavfi -i color=red:s=64x64:r=30:d=4 ";
const std::string kPcm = " -c:v libx264 -preset ultrafast -c:a pcm_s16le";

class WaveformTest : public testing::Test {
 protected:
  // A second of silence, a second of a loud tone, a second of silence, a second of a soft one.
  std::filesystem::path clip(const std::string& codecs = kPcm) const {
    return make_clip(
        folder_.path() / "a.mkv",
        kRedPicture +
            "-f lavfi -i \"aevalsrc=exprs='sin(2*PI*500*t)*(0.8*between(mod(t,4),1,1.99999)+0.1*gte(t,3))':"
            "s=48000:d=4\"" +
            codecs);
  }
  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

TEST_F(WaveformTest, ShowsWhereItIsLoudAndWhereItIsStill) {
  Waveform waveform = must(read_waveform(clip(), 40, {}));
  ASSERT_EQ(waveform.bars.size(), 40U);
  EXPECT_TRUE(waveform.has_sound);
  EXPECT_NEAR(to_seconds(waveform.duration), 4, 0.04);
  for (size_t i = 0; i < waveform.bars.size(); ++i) {
    const WaveformBar& bar = waveform.bars[i];
    double amplitude = i < 10 || (i >= 20 && i < 30) ? 0 : i < 20 ? 0.8 : 0.1;
    EXPECT_NEAR(bar.highest, amplitude, 0.01) << i;
    EXPECT_NEAR(bar.lowest, -amplitude, 0.01) << i;
    EXPECT_NEAR(bar.rms, amplitude / std::sqrt(2), 0.01) << i;
  }
}

TEST_F(WaveformTest, ASingleBarIsOfAll) {
  Waveform waveform = must(read_waveform(clip(), 1, {}));
  ASSERT_EQ(waveform.bars.size(), 1U);
  EXPECT_NEAR(waveform.bars[0].highest, 0.8, 0.01);
  EXPECT_NEAR(waveform.bars[0].rms, std::sqrt((0.64 + 0.01) / 2 / 4), 0.01);
  EXPECT_EQ(must(read_waveform(clip(), 0, {})).bars.size(), 1U);
}

TEST_F(WaveformTest, BothChannelsAreSeen) {
  auto path = make_clip(folder_.path() / "b.mkv",
                        kRedPicture + "-f lavfi -i \"aevalsrc=exprs='0.5|-0.25':c=stereo:s=48000:d=4\"" + kPcm);
  for (const WaveformBar& bar : must(read_waveform(path, 7, {})).bars) {
    EXPECT_NEAR(bar.highest, 0.5, 0.01);
    EXPECT_NEAR(bar.lowest, -0.25, 0.01);
    EXPECT_NEAR(bar.rms, std::sqrt((0.25 + 0.0625) / 2), 0.01);
  }
}

TEST_F(WaveformTest, MoreBarsThanSamplesAreNoHarm) {
  auto path =
      make_clip(folder_.path() / "c.mkv",
                "-f lavfi -i color=red:s=64x64:r=30:d=0.1 -f lavfi -i \"aevalsrc=exprs='0.5':s=48000:d=0.1\"" + kPcm);
  Waveform waveform = must(read_waveform(path, 20'000, {}));
  ASSERT_EQ(waveform.bars.size(), 20'000U);
  auto filled = std::count_if(waveform.bars.begin(), waveform.bars.end(),
                              [](const WaveformBar& bar) { return bar.highest > 0.4F; });
  EXPECT_NEAR(static_cast<double>(filled), 4800, 10) << "each sample has a bar of its own";
}

TEST_F(WaveformTest, ASilentFilmHasStillBars) {
  auto path = make_clip(folder_.path() / "d.mkv", kRedPicture + "-c:v libx264 -preset ultrafast");
  Waveform waveform = must(read_waveform(path, 10, {}));
  EXPECT_FALSE(waveform.has_sound);
  ASSERT_EQ(waveform.bars.size(), 10U);
  EXPECT_THAT(waveform.bars, Each(Field(&WaveformBar::highest, 0.0F)));
  EXPECT_NEAR(to_seconds(waveform.duration), 4, 0.04);
}

TEST_F(WaveformTest, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  auto result = read_waveform(clip(), 40, stop.get_token());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::Cancelled);
}

TEST_F(WaveformTest, AFileThatIsNoneIsAnError) {
  EXPECT_EQ(read_waveform(folder_.path() / "none.mkv", 10, {}).error().kind(), ErrorKind::NotFound);
}

}  // namespace
}  // namespace candid::media
