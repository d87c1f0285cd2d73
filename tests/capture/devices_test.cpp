#include "capture/devices/devices.h"

#include <csignal>
#include <cstdlib>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <linux/videodev2.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture/devices/alsa_devices.h"
#include "capture/devices/device_names.h"
#include "capture/devices/device_users.h"
#include "capture/devices/pulse_devices.h"
#include "capture/devices/screens.h"
#include "capture/devices/v4l2.h"
#include "core/files.h"
#include "core/text.h"
#include "tests/support/results.h"

namespace candid::capture {
namespace {

using test::must;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using namespace std::chrono_literals;

CameraMode mode(int width, int height, const std::string& format, std::vector<int> rates) {
  CameraMode made{{width, height}, format, format == "mjpeg" || format == "h264", {}};
  for (int rate : rates) made.rates.push_back({rate, 1});
  return made;
}

// Largest first, as the list has them.
Camera camera(std::vector<CameraMode> modes) {
  Camera made;
  made.path = "/dev/video0";
  made.name = "HD Webcam";
  made.modes = std::move(modes);
  return made;
}

// What most webcams on USB 2 have: raw pictures are slow where they are large.
Camera webcam() {
  return camera({mode(1920, 1080, "yuyv422", {5}), mode(1920, 1080, "mjpeg", {30, 25}),
                 mode(1280, 720, "yuyv422", {10}), mode(1280, 720, "mjpeg", {60, 30}),
                 mode(640, 480, "yuyv422", {30, 15}), mode(640, 480, "mjpeg", {60, 30})});
}

std::string chosen(const Camera& camera, const ModeRequest& request) {
  auto mode = choose_mode(camera, request);
  if (!mode) return fmt::format("{} [{}]", mode.error().describe(), mode.error().hint());
  return fmt::format("{}x{} {} {}/{}", mode->size.width, mode->size.height, mode->format, mode->rate.num,
                     mode->rate.den);
}

TEST(ChooseMode, Takes720At30UnlessToldOtherwise) {
  EXPECT_EQ(chosen(webcam(), {}), "1280x720 mjpeg 30/1");
}

TEST(ChooseMode, TakesRawWhereItHasTheRate) {
  EXPECT_EQ(chosen(webcam(), {media::FrameSize{640, 480}, {}, ""}), "640x480 yuyv422 30/1");
  EXPECT_EQ(chosen(webcam(), {media::FrameSize{640, 480}, Rational{60, 1}, ""}), "640x480 mjpeg 60/1");
  EXPECT_EQ(chosen(webcam(), {media::FrameSize{1280, 720}, Rational{10, 1}, ""}), "1280x720 yuyv422 10/1");
}

TEST(ChooseMode, TakesTheRawFormatThatCostsLeast) {
  auto many = camera({mode(640, 480, "gray", {30}), mode(640, 480, "bgr24", {30}), mode(640, 480, "yuyv422", {30}),
                      mode(640, 480, "nv12", {30}), mode(640, 480, "mjpeg", {30})});
  EXPECT_EQ(chosen(many, {}), "640x480 nv12 30/1");
  auto grey =
      camera({mode(640, 480, "gray", {30}), mode(640, 480, "bayer_rggb8", {30}), mode(640, 480, "mjpeg", {30})});
  EXPECT_EQ(chosen(grey, {}), "640x480 mjpeg 30/1") << "colour is worth a decoder";
  EXPECT_EQ(chosen(grey, {{}, {}, "gray"}), "640x480 gray 30/1");
}

TEST(ChooseMode, Without720TakesTheLargestUpTo1080) {
  EXPECT_EQ(
      chosen(camera({mode(3840, 2160, "mjpeg", {30}), mode(1920, 1080, "mjpeg", {30}), mode(640, 480, "mjpeg", {30})}),
             {}),
      "1920x1080 mjpeg 30/1");
  EXPECT_EQ(chosen(camera({mode(3840, 2160, "mjpeg", {30}), mode(2560, 1440, "mjpeg", {30})}), {}),
            "2560x1440 mjpeg 30/1");
  EXPECT_EQ(chosen(camera({mode(640, 480, "yuyv422", {30}), mode(320, 240, "yuyv422", {30})}), {}),
            "640x480 yuyv422 30/1");
}

TEST(ChooseMode, LikesASmoothPictureBetterThanALargeOne) {
  auto slow = camera({mode(1280, 720, "yuyv422", {10}), mode(640, 480, "yuyv422", {25})});
  EXPECT_EQ(chosen(slow, {}), "640x480 yuyv422 25/1");
  EXPECT_EQ(chosen(slow, {media::FrameSize{1280, 720}, {}, ""}), "1280x720 yuyv422 10/1");
  EXPECT_EQ(chosen(camera({mode(1280, 720, "yuyv422", {10}), mode(640, 480, "yuyv422", {15})}), {}),
            "1280x720 yuyv422 10/1")
      << "where nothing is smooth";
  CameraMode film = mode(1280, 720, "yuyv422", {});
  film.rates = {{24000, 1001}};
  EXPECT_EQ(chosen(camera({film, mode(640, 480, "yuyv422", {30})}), {}), "1280x720 yuyv422 24000/1001");
}

TEST(ChooseMode, ARateThatIsAskedForDecidesTheSize) {
  EXPECT_EQ(
      chosen(camera({mode(1280, 720, "mjpeg", {30}), mode(800, 600, "mjpeg", {60}), mode(640, 480, "mjpeg", {60})}),
             {{}, Rational{60, 1}, ""}),
      "800x600 mjpeg 60/1");
}

TEST(ChooseMode, TakesTheNearestRateWhereNoneIsAskedFor) {
  EXPECT_EQ(chosen(camera({mode(640, 480, "mjpeg", {60, 25, 15})}), {}), "640x480 mjpeg 25/1");
  EXPECT_EQ(chosen(camera({mode(640, 480, "mjpeg", {35, 25})}), {}), "640x480 mjpeg 35/1") << "the faster of two";
}

TEST(ChooseMode, ATelevisionRateIsItsWholeNumber) {
  CameraMode ntsc = mode(1280, 720, "mjpeg", {});
  ntsc.rates = {{60000, 1001}, {30000, 1001}};
  EXPECT_EQ(chosen(camera({ntsc}), {{}, Rational{30, 1}, ""}), "1280x720 mjpeg 30000/1001");
  EXPECT_EQ(chosen(camera({ntsc}), {}), "1280x720 mjpeg 30000/1001");
  EXPECT_THAT(chosen(camera({ntsc}), {{}, Rational{25, 1}, ""}), HasSubstr("does not give 25 pictures a second"));
}

TEST(ChooseMode, HoldsToTheFormatThatIsAskedFor) {
  EXPECT_EQ(chosen(webcam(), {{}, {}, "yuyv422"}), "640x480 yuyv422 30/1");
  EXPECT_EQ(chosen(webcam(), {{}, {}, "raw"}), "640x480 yuyv422 30/1");
  EXPECT_EQ(chosen(webcam(), {media::FrameSize{640, 480}, {}, "mjpeg"}), "640x480 mjpeg 30/1");
  EXPECT_EQ(chosen(webcam(), {media::FrameSize{1920, 1080}, {}, "raw"}), "1920x1080 yuyv422 5/1");
}

TEST(ChooseMode, AStreamThatBeginsBrokenIsTakenByNameAlone) {
  auto both = camera({mode(1280, 720, "h264", {30}), mode(640, 480, "mjpeg", {30})});
  EXPECT_EQ(chosen(both, {}), "640x480 mjpeg 30/1");
  EXPECT_EQ(chosen(both, {{}, {}, "h264"}), "1280x720 h264 30/1");
  auto refused = choose_mode(camera({mode(1280, 720, "h264", {30})}), {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(refused.error().hint(), HasSubstr("h264"));
}

TEST(ChooseMode, WhatIsNotThereIsRefusedWithWhatIs) {
  struct {
    ModeRequest request;
    const char* says;
    const char* hint;
  } cases[] = {
      {{media::FrameSize{1600, 900}, {}, ""},
       "camera HD Webcam (/dev/video0) has no size 1600x900",
       "1920x1080, 1280x720, 640x480"},
      {{media::FrameSize{1280, 720}, Rational{50, 1}, ""},
       "does not give 50 pictures a second",
       "1280x720 yuyv422 10; 1280x720 mjpeg 60, 30"},
      {{{}, Rational{120, 1}, ""}, "does not give 120", "640x480 mjpeg 60, 30"},
      {{{}, {}, "hevc"}, "has no format \"hevc\"", "yuyv422, mjpeg"},
      {{media::FrameSize{1280, 720}, Rational{30, 1}, "raw"}, "does not give 30", "1280x720 yuyv422 10"},
  };
  for (const auto& wrong : cases) {
    auto refused = choose_mode(webcam(), wrong.request);
    ASSERT_FALSE(refused) << wrong.says;
    EXPECT_EQ(refused.error().kind(), ErrorKind::InvalidInput) << wrong.says;
    EXPECT_THAT(refused.error().message(), HasSubstr(wrong.says));
    EXPECT_THAT(refused.error().hint(), HasSubstr(wrong.hint));
  }
}

TEST(ChooseMode, ACameraThatTellsNothingIsTakenAtItsWord) {
  EXPECT_EQ(chosen(camera({}), {}), "1280x720  30/1");
  EXPECT_EQ(chosen(camera({}), {media::FrameSize{800, 600}, Rational{15, 1}, "mjpeg"}), "800x600 mjpeg 15/1");
  EXPECT_EQ(chosen(camera({}), {{}, {}, "raw"}), "1280x720  30/1") << "raw is no format's name";
  EXPECT_EQ(chosen(camera({mode(1280, 720, "nv12", {})}), {{}, Rational{50, 1}, ""}), "1280x720 nv12 50/1")
      << "rates alone are missing";
}

TEST(DescribeModes, NamesRatesOnceForFormatsThatShareThem) {
  EXPECT_EQ(describe_modes({}), "");
  CameraMode ntsc = mode(320, 240, "nv12", {});
  ntsc.rates = {{30000, 1001}, {15, 2}};
  EXPECT_EQ(
      describe_modes({mode(1280, 720, "mjpeg", {30, 25}), mode(640, 480, "yuyv422", {30}), mode(640, 480, "nv12", {30}),
                      mode(640, 480, "rgb24", {15}), ntsc, mode(160, 120, "gray", {})}),
      "1280x720 mjpeg 30, 25; 640x480 yuyv422/nv12 30; 640x480 rgb24 15; 320x240 nv12 29.97, 7.5; 160x120 gray");
}

TEST(V4l2, RatesAreWhatDriversMeanByTheirIntervals) {
  EXPECT_EQ(rate_of_interval(1, 30), (Rational{30, 1}));
  EXPECT_EQ(rate_of_interval(333333, 10000000), (Rational{30, 1}));
  EXPECT_EQ(rate_of_interval(333667, 10000000), (Rational{30000, 1001}));
  EXPECT_EQ(rate_of_interval(1001, 24000), (Rational{24000, 1001}));
  EXPECT_EQ(rate_of_interval(2, 15), (Rational{15, 2}));
  EXPECT_EQ(rate_of_interval(0, 30).num, 0);
  EXPECT_EQ(rate_of_interval(1, 0).num, 0);
}

TEST(V4l2, ARangeIsItsUsualValues) {
  EXPECT_THAT(sizes_within({48, 48}, {1280, 960}, {16, 8}),
              ElementsAre(media::FrameSize{1280, 960}, media::FrameSize{1280, 720}, media::FrameSize{1024, 768},
                          media::FrameSize{800, 600}, media::FrameSize{640, 480}, media::FrameSize{640, 360},
                          media::FrameSize{320, 240}));
  EXPECT_THAT(sizes_within({2, 2}, {500, 400}, {0, 0}),
              ElementsAre(media::FrameSize{500, 400}, media::FrameSize{320, 240}, media::FrameSize{320, 180}));
  EXPECT_THAT(rates_within({15, 1}, {90, 1}),
              ElementsAre(Rational{90, 1}, Rational{60, 1}, Rational{50, 1}, Rational{30, 1}, Rational{25, 1},
                          Rational{24, 1}, Rational{15, 1}));
  EXPECT_THAT(rates_within({30, 1}, {30, 1}), ElementsAre(Rational{30, 1}));
}

TEST(V4l2, FormatsHaveLibavsNames) {
  EXPECT_EQ(v4l2_format_name(V4L2_PIX_FMT_MJPEG), "mjpeg");
  EXPECT_EQ(v4l2_format_name(V4L2_PIX_FMT_YUYV), "yuyv422");
  EXPECT_EQ(v4l2_format_name(V4L2_PIX_FMT_H264), "h264");
  EXPECT_EQ(v4l2_format_name(V4L2_PIX_FMT_Z16), "") << "depth is no picture";
}

TEST(Readable, MakesOneLineOfValidText) {
  EXPECT_EQ(readable("HD Webcam  "), "HD Webcam");
  EXPECT_EQ(readable("C\xC3\xA1mara\n\x1B[31mred\x07"), "Cámara [31mred");
  std::string broken = readable("Cam\xFF\xFE\x80 \xE2\x80\xAEgnirts");
  EXPECT_TRUE(is_valid_utf8(broken)) << broken;
  EXPECT_THAT(broken, AllOf(HasSubstr("Cam"), Not(HasSubstr("\u202E"))));
  EXPECT_TRUE(is_valid_utf8(readable("\xFF\xFE\x00\xD8\x41")));
  EXPECT_LT(readable(std::string(5000, 'x')).size(), 200u);
  EXPECT_EQ(readable(""), "");
}

TEST(DeviceNamed, TakesIdsNamesAndPartsThatAreOnes) {
  std::vector<DeviceName> devices{
      {"/dev/video0", "HD Webcam"}, {"/dev/video1", "HD Webcam Pro"}, {"/dev/video10", "Ünïcode"}};
  EXPECT_EQ(must(device_named("camera", "/dev/video1", devices)), 1u) << "an id, though part of another";
  EXPECT_EQ(must(device_named("camera", "HD Webcam", devices)), 0u) << "a whole name, though part of another";
  EXPECT_EQ(must(device_named("camera", "hd webcam", devices)), 0u);
  EXPECT_EQ(must(device_named("camera", "PRO", devices)), 1u);
  EXPECT_EQ(must(device_named("camera", "üNÏ", devices)), 2u);
  EXPECT_EQ(must(device_named("camera", "video10", devices)), 2u);
}

TEST(DeviceNamed, SaysWhichThereAre) {
  std::vector<DeviceName> devices{{"/dev/video0", "HD Webcam"}, {"/dev/video1", "HD Webcam"}, {"/dev/video2", "Other"}};
  auto several = device_named("camera", "webcam", devices);
  ASSERT_FALSE(several);
  EXPECT_EQ(several.error().kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(several.error().hint(),
              AllOf(HasSubstr("/dev/video0 (HD Webcam)"), HasSubstr("/dev/video1"), Not(HasSubstr("Other"))));
  EXPECT_FALSE(device_named("camera", "HD Webcam", devices)) << "twins";
  for (const char* nobody : {"zoom", "", "\xFF\x1B[2J"}) {
    auto none = device_named("camera", nobody, devices);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind(), ErrorKind::NotFound);
    EXPECT_THAT(none.error().hint(), HasSubstr("/dev/video2 (Other)"));
    EXPECT_TRUE(is_valid_utf8(none.error().message())) << none.error().message();
    EXPECT_THAT(none.error().message(), Not(HasSubstr("\x1B")));
  }
  EXPECT_EQ(device_named("camera", "x", {}).error().kind(), ErrorKind::NotFound);
}

// A process that has a file open until it is let go.
class Holder {
 public:
  explicit Holder(const std::filesystem::path& path) {
    int ready[2];
    int go[2];
    if (::pipe(ready) != 0 || ::pipe(go) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(go[1]);
      ::prctl(PR_SET_NAME, "zo\nom\xFF");
      FILE* file = std::fopen(path.c_str(), "r");
      char byte = file != nullptr ? 'y' : 'n';
      if (::write(ready[1], &byte, 1) != 1 || ::read(go[0], &byte, 1) > 0) ::_exit(1);
      ::_exit(0);
    }
    char byte = 'n';
    ::close(ready[1]);
    opened_ = ::read(ready[0], &byte, 1) == 1 && byte == 'y';
    ::close(ready[0]);
    ::close(go[0]);
    go_ = go[1];
  }
  ~Holder() { let_go(); }
  void let_go() {
    if (pid_ <= 0) return;
    ::close(go_);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  bool opened() const { return opened_; }
  std::string name() const { return program_of(pid_); }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = 0;
  int go_ = -1;
  bool opened_ = false;
};

TEST(UsersOf, NamesTheProcessThatHasAFileOpen) {
  auto folder = must(TemporaryFolder::create());
  auto path = folder.path() / "device";
  must(write_file(path, std::string_view("x")));
  EXPECT_THAT(users_of(path), IsEmpty());
  Holder holder(path);
  ASSERT_TRUE(holder.opened());
  EXPECT_THAT(users_of(path), ElementsAre(holder.name()));
  EXPECT_EQ(holder.name(), fmt::format("zo omÿ ({})", holder.pid())) << "fit to show";
  auto link = folder.path() / "by-id";
  std::filesystem::create_symlink(path, link);
  EXPECT_THAT(users_of(link), ElementsAre(holder.name()));
  holder.let_go();
  EXPECT_THAT(users_of(path), IsEmpty());
}

TEST(UsersOf, KnowsDevicesByTheirNumber) {
  auto folder = must(TemporaryFolder::create());
  auto link = folder.path() / "zero";
  std::filesystem::create_symlink("/dev/zero", link);
  Holder holder(link);
  ASSERT_TRUE(holder.opened());
  EXPECT_THAT(users_of("/dev/zero"), Contains(holder.name()));
  EXPECT_THAT(users_of("/dev/full"), Not(Contains(holder.name())));
}

TEST(UsersOf, LeavesThisProcessOut) {
  auto folder = must(TemporaryFolder::create());
  auto path = folder.path() / "mine";
  must(write_file(path, std::string_view("x")));
  std::unique_ptr<FILE, int (*)(FILE*)> mine(std::fopen(path.c_str(), "r"), &std::fclose);
  ASSERT_TRUE(mine);
  EXPECT_THAT(users_of(path), IsEmpty());
  EXPECT_THAT(users_of(folder.path() / "missing"), IsEmpty());
}

TEST(AlsaMicrophones, AreTheCardsThatRecord) {
  auto folder = must(TemporaryFolder::create());
  auto proc = folder.path();
  must(write_file(proc / "cards", std::string_view(" 0 [PCH            ]: HDA-Intel - HDA Intel PCH\n"
                                                   "                      HDA Intel PCH at 0xf7 irq 30\n"
                                                   " 1 [Webcam         ]: USB-Audio - HD Web\xFF"
                                                   "cam\n"
                                                   "                      HD Webcam at usb-0000:00:14.0-1\n")));
  must(write_file(proc / "pcm", std::string_view("00-00: ALC257 Analog : ALC257 Analog : playback 1 : capture 1\n"
                                                 "00-03: HDMI 0 : HDMI 0 : playback 1\n"
                                                 "01-00: USB Audio : USB Audio : capture 1\n"
                                                 "nonsense\n"
                                                 "07-02: Lost : Lost : capture 1\n")));
  must(make_folder(proc / "card1" / "pcm0c" / "sub0"));
  must(write_file(proc / "card1" / "pcm0c" / "sub0" / "status",
                  fmt::format("state: RUNNING\nowner_pid   : {}\ntrigger_time: 1.2\n", ::getpid())));
  must(make_folder(proc / "card0" / "pcm0c" / "sub0"));
  must(write_file(proc / "card0" / "pcm0c" / "sub0" / "status", std::string_view("closed\n")));

  auto microphones = alsa_microphones(proc);
  ASSERT_EQ(microphones.size(), 3u);
  EXPECT_EQ(microphones[0].id, "alsa:plughw:PCH,0");
  EXPECT_EQ(microphones[0].name, "HDA Intel PCH, ALC257 Analog");
  EXPECT_THAT(microphones[0].used_by, IsEmpty());
  EXPECT_EQ(microphones[1].id, "alsa:plughw:Webcam,0");
  EXPECT_TRUE(is_valid_utf8(microphones[1].name)) << microphones[1].name;
  EXPECT_THAT(microphones[1].used_by, ElementsAre(program_of(::getpid())));
  EXPECT_EQ(microphones[2].id, "alsa:plughw:7,2");
  EXPECT_THAT(alsa_microphones(proc / "missing"), IsEmpty());
}

// Accepts connections into its queue and says nothing.
class DeafServer {
 public:
  // A path, or one in the abstract name space.
  DeafServer(const std::string& path, bool is_abstract) : file_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path + (is_abstract ? 1 : 0), sizeof address.sun_path - 2);
    auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
    listens_ = ::bind(file_, reinterpret_cast<sockaddr*>(&address), size) == 0 && ::listen(file_, 4) == 0;
  }
  ~DeafServer() { ::close(file_); }
  DeafServer(const DeafServer&) = delete;
  DeafServer& operator=(const DeafServer&) = delete;
  bool listens() const { return listens_; }

 private:
  int file_;
  bool listens_ = false;
};

TEST(DisplayAnswers, IsNotWaitedForWhenItDoesNot) {
  int number = 20000 + ::getpid() % 10000;
  std::string name = fmt::format(":{}", number);
  EXPECT_THAT(display_answers(name).error().message(), HasSubstr("there is no display"));
  DeafServer server(fmt::format("/tmp/.X11-unix/X{}", number), true);
  ASSERT_TRUE(server.listens());
  auto answer = display_answers(name);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), ErrorKind::Network);
  EXPECT_THAT(answer.error().message(), HasSubstr("does not answer"));
  EXPECT_EQ(display_answers("garbage").error().kind(), ErrorKind::InvalidInput);
}

TEST(PulseMicrophones, AreNotWaitedForWhenTheServerIsDeaf) {
  auto folder = must(TemporaryFolder::create());
  auto socket = folder.path() / "pulse";
  ::setenv("PULSE_SERVER", fmt::format("unix:{}", socket.string()).c_str(), 1);
  auto none = pulse_microphones(100ms);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind(), ErrorKind::Network);
  DeafServer server(socket.string(), false);
  ASSERT_TRUE(server.listens());
  auto deaf = pulse_microphones(100ms);
  ::unsetenv("PULSE_SERVER");
  ASSERT_FALSE(deaf);
  EXPECT_EQ(deaf.error().kind(), ErrorKind::Network);
  EXPECT_THAT(deaf.error().message(), HasSubstr("does not answer within 100 ms"));
}

TEST(ScreenName, BeginsWithADisplayOrDoesNot) {
  auto parts = [](const char* name) {
    ScreenName parsed = parse_screen_name(name);
    return std::pair(parsed.display, parsed.rest);
  };
  EXPECT_EQ(parts(":0"), std::pair(std::string(":0"), std::string("")));
  EXPECT_EQ(parts(":0.1/eDP-1"), std::pair(std::string(":0.1"), std::string("/eDP-1")));
  EXPECT_EQ(parts("host:10.0+100,50"), std::pair(std::string("host:10.0"), std::string("+100,50")));
  EXPECT_EQ(parts("eDP-1"), std::pair(std::string(""), std::string("eDP-1")));
  EXPECT_EQ(parts("odd:name"), std::pair(std::string(""), std::string("odd:name")));
  EXPECT_EQ(parts("odd:1name"), std::pair(std::string(""), std::string("odd:1name")));
}

TEST(FindDevices, SaysWhatIsNotThere) {
  EXPECT_EQ(find_camera("a camera nobody has").error().kind(), ErrorKind::NotFound);
  EXPECT_FALSE(find_camera("a camera nobody has").error().hint().empty());
  EXPECT_EQ(find_camera("/dev/null").error().kind(), ErrorKind::NotFound);
  EXPECT_EQ(must(find_microphone("alsa:plughw:9,9")).id, "alsa:plughw:9,9") << "ALSA has names that no list holds";
  EXPECT_FALSE(find_microphone("a microphone nobody has"));
  EXPECT_FALSE(find_screen("a screen nobody has"));
}

}  // namespace
}  // namespace candid::capture
