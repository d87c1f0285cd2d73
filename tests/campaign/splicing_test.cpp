// What SPLICING demands of every message: that nobody could tell it was joined.

#include <set>

#include <nlohmann/json.hpp>

#include "encode/segment_encoder.h"
#include "media/video_reader.h"
#include "overlay/composition.h"
#include "tests/campaign/workbench.h"
#include "tests/support/clips.h"

namespace candid::campaign {
namespace {

using candid::test::must;
using candid::test::output_of;
using candid::test::quoted;
using candid::test::Workbench;

struct Case {
  std::string name;
  std::string layers;            // TOML
  std::string video;             // lines of [video]
  std::string size = "320x180";  // of the take
  std::string rate = "30";       // of the take, as ffmpeg reads it
  std::string codec = "libx264 -preset ultrafast -pix_fmt yuv420p";
  bool has_shared = true;  // whether any frame is the same for both candidates
};

std::string text_layer(const std::string& times, const std::string& place = "center") {
  return "[[layer]]\nkind = \"text\"\ntext = \"For {{name}}\"\nplace = \"" + place + "\"\n" + times + "\n";
}

const std::string kStartAndEnd = text_layer("end = \"1s\"") + text_layer("start = \"-0.8s\"");

std::vector<Case> cases() {
  std::vector<Case> all = {
      {"AtTheVeryStart", text_layer("end = \"0.7s\""), ""},
      {"AtTheVeryEnd", text_layer("start = \"-0.7s\""), ""},
      {"TwoFramesLong", text_layer("start = \"1s\"\nend = \"1.06s\""), ""},
      {"TouchingAnother", text_layer("start = \"0.5s\"\nend = \"1s\"") + text_layer("start = \"1s\"\nend = \"1.5s\""),
       ""},
      {"OverTheWholeVideo", text_layer(""), "", "320x180", "30", "libx264 -preset ultrafast -pix_fmt yuv420p", false},
      {"TwoLayersOverlapping",
       text_layer("start = \"0.5s\"\nend = \"1.2s\"") + text_layer("start = \"1s\"\nend = \"1.6s\"", "top"), ""},
      {"AtBothEnds", kStartAndEnd, ""},
  };
  for (const char* rate : {"24000/1001", "25", "30000/1001", "50", "60"}) {
    Case one{"At" + std::string(rate) + "Fps", kStartAndEnd, "", "320x180", rate};
    std::replace(one.name.begin(), one.name.end(), '/', 'x');
    all.push_back(one);
  }
  all.push_back({"OfAnOddSize", kStartAndEnd, "", "323x181", "30", "mjpeg -q:v 3 -pix_fmt yuvj444p"});
  all.push_back({"OfASizeThatIsNoMultipleOfSixteen", kStartAndEnd, "", "202x358"});
  // Beneath the names and above them; one over a join.
  const std::string captions = "[[layer]]\nkind = \"captions\"\nfile = \"captions.vtt\"\n";
  all.push_back({"WithCaptionsBelow", captions + kStartAndEnd, ""});
  all.push_back({"WithCaptionsAbove", kStartAndEnd + captions, ""});
  for (const char* preset : {"medium", "slow"}) {
    all.push_back({"WithPreset" + std::string(preset), kStartAndEnd, "preset = \"" + std::string(preset) + "\"\n"});
  }
  return all;
}

// One line a packet or frame of `ffmpeg -f framemd5`, its hash alone.
std::vector<std::string> hashes(const std::filesystem::path& video, const std::string& how) {
  std::istringstream lines(
      output_of("ffmpeg -nostdin -v error -xerror -i " + quoted(video) + " " + how + " -f framemd5 -"));
  std::vector<std::string> found;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('#')) found.push_back(line.substr(line.rfind(',') + 1));
  }
  return found;
}

std::vector<std::string> pictures(const std::filesystem::path& video) {
  return hashes(video, "-map 0:v");
}
std::vector<std::string> video_packets(const std::filesystem::path& video) {
  return hashes(video, "-map 0:v -c copy");
}
std::vector<std::string> sound_packets(const std::filesystem::path& video) {
  return hashes(video, "-map 0:a -c copy");
}

class Splicing : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    const Case& c = GetParam();
    bench_.record("-f lavfi -i testsrc2=size=" + c.size + ":rate=" + c.rate +
                  ":duration=2.4 -f lavfi -i sine=440:duration=2.4:sample_rate=48000 -vf noise=alls=6:allf=t -c:v " +
                  c.codec + " -c:a pcm_s16le");
    bench_.write("campaign.toml",
                 "name = \"Splicing\"\nroster = \"candidates.csv\"\ntake = \"take.mkv\"\n"
                 "[[layer]]\nkind = \"image\"\nimage = \"logo.svg\"\n" +
                     c.layers + (c.video.empty() ? "" : "[video]\n" + c.video));
    bench_.write("candidates.csv", "id,name,role\n1,Jane Sample,Engineer\n2,Al,Designer\n");
    bench_.write("captions.vtt",
                 "WEBVTT\n\n00:00.200 --> 00:00.900\nHello there.\n\n00:00.900 --> 00:01.300\nOver the join.\n\n"
                 "00:01.500 --> 00:02.300\nGood bye.\n");
    bench_.render();
    plan_ = must(make_plan(bench_.job()));
    timeline_ = bench_.job().timeline;
  }

  // Every frame decodes, the steps are even, nothing is missing or twice.
  void expect_dense_timestamps() const;
  void expect_one_parameter_set() const;
  // Bit by bit, coded and decoded; the sound not at all.
  void expect_only_personal_segments_to_differ() const;
  // The names are where a continuous drawing would have put them, to the frame.
  void expect_what_the_composition_shows() const;

  std::vector<std::filesystem::path> videos() const { return {bench_.video("1"), bench_.video("2")}; }

  Workbench bench_;
  Plan plan_;
  Timeline timeline_;
};

void Splicing::expect_dense_timestamps() const {
  for (const auto& video : videos()) {
    EXPECT_EQ(pictures(video).size(), static_cast<size_t>(timeline_.frames));
    auto json = nlohmann::json::parse(
        output_of("ffprobe -v error -select_streams v -show_packets -show_streams -of json " + quoted(video)));
    Rational base{0, 1};
    std::sscanf(json["streams"][0]["time_base"].get<std::string>().c_str(), "%d/%d", &base.num, &base.den);
    int64_t step = int64_t{base.den} * timeline_.rate.den / (int64_t{base.num} * timeline_.rate.num);
    std::set<int64_t> shown;
    std::optional<int64_t> decoded;
    for (const auto& packet : json["packets"]) {
      shown.insert(packet["pts"].get<int64_t>());
      EXPECT_EQ(packet["duration"], step);
      EXPECT_EQ(packet["dts"].get<int64_t>(), decoded.value_or(packet["dts"].get<int64_t>() - step) + step);
      decoded = packet["dts"].get<int64_t>();
      EXPECT_LE(*decoded, packet["pts"].get<int64_t>());
    }
    ASSERT_EQ(shown.size(), static_cast<size_t>(timeline_.frames));
    EXPECT_EQ(*shown.begin(), 0);
    EXPECT_EQ(*shown.rbegin(), (timeline_.frames - 1) * step);
  }
}

void Splicing::expect_one_parameter_set() const {
  for (const auto& video : videos()) {
    // The filter prints the header's sets once, and each that stands among the packets.
    std::string trace =
        output_of("ffmpeg -nostdin -i " + quoted(video) + " -map 0:v -c copy -bsf:v trace_headers -f null - 2>&1");
    auto count = [&](std::string_view what) {
      int found = 0;
      for (size_t at = trace.find(what); at != std::string::npos; at = trace.find(what, at + 1)) ++found;
      return found;
    };
    EXPECT_EQ(count("] Sequence Parameter Set\n"), 1);
    EXPECT_EQ(count("] Picture Parameter Set\n"), 1);
    EXPECT_GE(count("] Slice Header\n"), timeline_.frames);
  }
}

void Splicing::expect_only_personal_segments_to_differ() const {
  auto first_pictures = pictures(videos()[0]);
  auto second_pictures = pictures(videos()[1]);
  auto first_packets = video_packets(videos()[0]);
  auto second_packets = video_packets(videos()[1]);
  ASSERT_EQ(first_packets.size(), second_packets.size());
  bool any_shared = false;
  for (const PlannedRange& range : plan_.ranges) {
    bool pictures_differ = false;
    bool packets_differ = false;
    for (auto i = static_cast<size_t>(range.first_frame);
         i < static_cast<size_t>(range.first_frame + range.frame_count); ++i) {
      pictures_differ |= first_pictures.at(i) != second_pictures.at(i);
      packets_differ |= first_packets.at(i) != second_packets.at(i);
    }
    EXPECT_EQ(packets_differ, range.is_personal) << range.first_frame;
    EXPECT_EQ(pictures_differ, range.is_personal) << range.first_frame;
    any_shared |= !range.is_personal;
  }
  EXPECT_EQ(any_shared, GetParam().has_shared);
  EXPECT_EQ(sound_packets(videos()[0]), sound_packets(videos()[1]));
}

void Splicing::expect_what_the_composition_shows() const {
  Job job = bench_.job();
  auto composition = must(overlay::Composition::create(job.campaign.look, job.roster.candidates[0].fields,
                                                       timeline_.size, timeline_.duration()));
  auto wanted =
      must(media::VideoReader::open(job.campaign.take, {timeline_.size, timeline_.rate, {}, {}, timeline_.frames, 0}));
  auto seen =
      must(media::VideoReader::open(videos()[0], {timeline_.size, timeline_.rate, {}, {}, timeline_.frames, 0}));
  for (int64_t i = 0; i < timeline_.frames; ++i) {
    media::Frame frame = std::move(*must(wanted.next()));
    must(composition.apply(frame, timeline_.time_of(i)));
    media::Frame coded = std::move(*must(seen.next()));
    media::ConstPlane a = frame.plane(0);
    media::ConstPlane b = coded.plane(0);
    int64_t difference = 0;
    for (int y = 0; y < a.height; ++y) {
      for (int x = 0; x < a.width; ++x) difference += std::abs(a.data[y * a.stride + x] - b.data[y * b.stride + x]);
    }
    EXPECT_LT(static_cast<double>(difference) / (a.width * a.height), 6.0) << "frame " << i;
  }
}

TEST_P(Splicing, GivesVideosThatNobodyCouldTellWereJoined) {
  expect_dense_timestamps();
  expect_one_parameter_set();
  expect_only_personal_segments_to_differ();
  expect_what_the_composition_shows();
}

INSTANTIATE_TEST_SUITE_P(Cases, Splicing, testing::ValuesIn(cases()), [](const auto& one) { return one.param.name; });

// The mean SSIM-Y of a video against uncompressed pictures of its size.
double ssim(const std::filesystem::path& video, const std::filesystem::path& raw) {
  std::string said =
      output_of("ffmpeg -nostdin -i " + quoted(video) + " -f rawvideo -pix_fmt yuv420p -s 320x180 -r 30 -i " +
                quoted(raw) + " -lavfi '[0:v][1:v]ssim' -f null - 2>&1");
  return std::stod(said.substr(said.find("SSIM Y:") + 7));
}

void append(std::vector<uint8_t>& bytes, const media::Frame& frame) {
  for (int i = 0; i < 3; ++i) {
    media::ConstPlane plane = frame.plane(i);
    for (int y = 0; y < plane.height; ++y) {
      const uint8_t* row = plane.data + static_cast<ptrdiff_t>(y) * plane.stride;
      bytes.insert(bytes.end(), row, row + plane.width);
    }
  }
}

TEST(SplicedQuality, IsThatOfOneContinuousEncode) {
  Workbench bench;
  bench.record(
      "-f lavfi -i testsrc2=size=320x180:rate=30:duration=10 -vf noise=alls=5:allf=t -c:v libx264 -preset ultrafast "
      "-crf 8 -pix_fmt yuv420p");
  bench.write("campaign.toml", "name = \"Quality\"\nroster = \"candidates.csv\"\ntake = \"take.mkv\"\n" +
                                   text_layer("end = \"2s\"") + text_layer("start = \"-2s\""));
  bench.render();
  Job job = bench.job();
  auto composition = must(overlay::Composition::create(job.campaign.look, job.roster.candidates[0].fields,
                                                       job.timeline.size, job.timeline.duration()));
  auto reader = must(media::VideoReader::open(job.campaign.take,
                                              {job.timeline.size, job.timeline.rate, {}, {}, job.timeline.frames, 0}));
  auto encoder = must(encode::SegmentEncoder::create(job.encoding()));
  std::vector<uint8_t> raw;
  for (int64_t i = 0; i < job.timeline.frames; ++i) {
    media::Frame frame = std::move(*must(reader.next()));
    must(composition.apply(frame, job.timeline.time_of(i)));
    append(raw, frame);
    must(encoder.push(std::move(frame)));
  }
  must(encoder.finish());
  encode::Segment whole = encoder.take();
  must(write_file(bench.folder() / "composite.yuv", raw));
  // An H.264 byte stream: start codes in the place of lengths.
  std::vector<uint8_t> stream;
  auto add_unit = [&](std::span<const uint8_t> unit) {
    for (uint8_t byte : {0, 0, 0, 1}) stream.push_back(byte);
    stream.insert(stream.end(), unit.begin(), unit.end());
  };
  add_unit(whole.parameter_sets.sps);
  add_unit(whole.parameter_sets.pps);
  for (size_t at = 0; at < whole.bytes.size();) {
    const uint8_t* length = whole.bytes.data() + at;
    size_t size = size_t{length[0]} << 24 | size_t{length[1]} << 16 | size_t{length[2]} << 8 | length[3];
    add_unit({length + 4, size});
    at += 4 + size;
  }
  must(write_file(bench.folder() / "whole.h264", stream));

  double spliced = ssim(bench.video("1"), bench.folder() / "composite.yuv");
  double continuous = ssim(bench.folder() / "whole.h264", bench.folder() / "composite.yuv");
  EXPECT_GT(continuous, 0.8) << "it is a picture at all";
  EXPECT_GE(spliced, continuous - 0.0005);
  uint64_t bytes = 0;
  auto workspace = must(Workspace::open(bench.folder()));
  Plan plan = must(make_plan(job));
  for (const std::string& key : plan.messages[0].segments) bytes += workspace.find_segment(key)->size();
  // Two more IDRs in ten seconds weigh more than in a minute, for which tests/bench measures one per cent.
  EXPECT_NEAR(static_cast<double>(bytes) / static_cast<double>(whole.bytes.size()), 1, 0.06);
}

}  // namespace
}  // namespace candid::campaign
