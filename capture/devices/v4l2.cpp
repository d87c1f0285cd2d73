#include "capture/devices/v4l2.h"

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <numeric>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "capture/devices/device_names.h"
#include "core/suggest.h"

namespace candid::capture {
namespace {

// Lists end with EINVAL; a driver that never says so must not keep us.
constexpr uint32_t kMostEntries = 256;

struct FormatName {
  uint32_t fourcc;
  const char* name;
};
// ff_fmt_conversion_table of libavdevice/v4l2-common.c (5.1), with the names of libavutil's and libavcodec's
// descriptors.
constexpr FormatName kFormats[] = {
    {V4L2_PIX_FMT_MJPEG, "mjpeg"},        {V4L2_PIX_FMT_JPEG, "mjpeg"},         {V4L2_PIX_FMT_YUYV, "yuyv422"},
    {V4L2_PIX_FMT_UYVY, "uyvy422"},       {V4L2_PIX_FMT_NV12, "nv12"},          {V4L2_PIX_FMT_YUV420, "yuv420p"},
    {V4L2_PIX_FMT_YUV422P, "yuv422p"},    {V4L2_PIX_FMT_YUV411P, "yuv411p"},    {V4L2_PIX_FMT_YUV410, "yuv410p"},
    {V4L2_PIX_FMT_RGB24, "rgb24"},        {V4L2_PIX_FMT_BGR24, "bgr24"},        {V4L2_PIX_FMT_BGR32, "bgr0"},
    {V4L2_PIX_FMT_XBGR32, "bgr0"},        {V4L2_PIX_FMT_RGB32, "0rgb"},         {V4L2_PIX_FMT_XRGB32, "0rgb"},
    {V4L2_PIX_FMT_RGB565, "rgb565le"},    {V4L2_PIX_FMT_RGB565X, "rgb565be"},   {V4L2_PIX_FMT_RGB555, "rgb555le"},
    {V4L2_PIX_FMT_RGB555X, "rgb555be"},   {V4L2_PIX_FMT_ABGR32, "bgra"},        {V4L2_PIX_FMT_ARGB32, "argb"},
    {V4L2_PIX_FMT_YVU420, "yuv420p"},     {V4L2_PIX_FMT_GREY, "gray"},          {V4L2_PIX_FMT_Y16, "gray16le"},
    {V4L2_PIX_FMT_H264, "h264"},          {V4L2_PIX_FMT_MPEG4, "mpeg4"},        {V4L2_PIX_FMT_SBGGR8, "bayer_bggr8"},
    {V4L2_PIX_FMT_SGBRG8, "bayer_gbrg8"}, {V4L2_PIX_FMT_SGRBG8, "bayer_grbg8"}, {V4L2_PIX_FMT_SRGGB8, "bayer_rggb8"},
};

class Device {
 public:
  explicit Device(const std::string& path)
      : file_(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)), code_(errno) {}
  ~Device() {
    if (file_ >= 0) ::close(file_);
  }
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  bool is_open() const { return file_ >= 0; }
  int code() const { return code_; }  // why it is not open

  template <typename Answer>
  bool ask(unsigned long request, Answer& answer) const {
    int done = -1;
    do {
      done = ::ioctl(file_, request, &answer);
    } while (done < 0 && errno == EINTR);
    return done == 0;
  }

 private:
  int file_;
  int code_;
};

// A char array of the kernel's, which may lack its zero.
template <size_t kSize>
std::string text_of(const __u8 (&bytes)[kSize]) {
  const auto* text = reinterpret_cast<const char*>(bytes);
  return readable({text, ::strnlen(text, kSize)});
}

std::string fourcc_text(uint32_t fourcc) {
  std::string text;
  for (int shift = 0; shift < 32; shift += 8)
    text += static_cast<char>((fourcc >> shift) & 0x7F);  // bit 31: big endian
  return readable(text);
}

std::optional<int> number_of(const std::string& file_name) {
  constexpr std::string_view kStem = "video";
  if (!file_name.starts_with(kStem)) return std::nullopt;
  int number = 0;
  const char* end = file_name.data() + file_name.size();
  auto parsed = std::from_chars(file_name.data() + kStem.size(), end, number);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  return number;
}

std::string kernel_says(int number, const char* what) {
  std::ifstream file(fmt::format("/sys/class/video4linux/video{}/{}", number, what));
  std::string line;
  std::getline(file, line);
  return readable(line);
}

std::vector<media::FrameSize> sizes_of(const Device& device, uint32_t fourcc) {
  std::vector<media::FrameSize> sizes;
  v4l2_frmsizeenum entry{};
  for (entry.pixel_format = fourcc; entry.index < kMostEntries && device.ask(VIDIOC_ENUM_FRAMESIZES, entry);
       ++entry.index) {
    if (entry.type == V4L2_FRMSIZE_TYPE_DISCRETE) {
      sizes.push_back({static_cast<int>(entry.discrete.width), static_cast<int>(entry.discrete.height)});
      continue;
    }
    const v4l2_frmsize_stepwise& range = entry.stepwise;
    return sizes_within({static_cast<int>(range.min_width), static_cast<int>(range.min_height)},
                        {static_cast<int>(range.max_width), static_cast<int>(range.max_height)},
                        {static_cast<int>(range.step_width), static_cast<int>(range.step_height)});
  }
  return sizes;
}

std::vector<Rational> rates_of(const Device& device, uint32_t fourcc, media::FrameSize size) {
  std::vector<Rational> rates;
  v4l2_frmivalenum entry{};
  entry.pixel_format = fourcc;
  entry.width = static_cast<__u32>(size.width);
  entry.height = static_cast<__u32>(size.height);
  for (; entry.index < kMostEntries && device.ask(VIDIOC_ENUM_FRAMEINTERVALS, entry); ++entry.index) {
    if (entry.type == V4L2_FRMIVAL_TYPE_DISCRETE) {
      rates.push_back(rate_of_interval(entry.discrete.numerator, entry.discrete.denominator));
      continue;
    }
    const v4l2_frmival_stepwise& range = entry.stepwise;  // of intervals: the longest is the slowest
    return rates_within(rate_of_interval(range.max.numerator, range.max.denominator),
                        rate_of_interval(range.min.numerator, range.min.denominator));
  }
  return rates;
}

void add_rates(CameraMode& mode, const std::vector<Rational>& rates) {
  for (const Rational& rate : rates) {
    if (rate.num > 0 && std::find(mode.rates.begin(), mode.rates.end(), rate) == mode.rates.end())
      mode.rates.push_back(rate);
  }
  std::stable_sort(mode.rates.begin(), mode.rates.end(),
                   [](const Rational& a, const Rational& b) { return a.value() > b.value(); });
}

// Adds modes of one format; several of V4L2's formats may be one of libav's.
void add_modes(const Device& device, const v4l2_fmtdesc& format, std::vector<CameraMode>& modes) {
  std::string name = v4l2_format_name(format.pixelformat);
  for (const media::FrameSize& size : sizes_of(device, format.pixelformat)) {
    bool is_usable = size.width > 0 && size.height > 0 && size.width % 2 == 0 && size.height % 2 == 0;
    if (!is_usable) continue;
    auto mode = std::find_if(modes.begin(), modes.end(),
                             [&](const CameraMode& known) { return known.size == size && known.format == name; });
    if (mode == modes.end()) {
      modes.push_back({size, name, (format.flags & V4L2_FMT_FLAG_COMPRESSED) != 0, {}});
      mode = modes.end() - 1;
    }
    add_rates(*mode, rates_of(device, format.pixelformat, size));
  }
}

void read_modes(const Device& device, Camera& camera) {
  std::vector<std::string> unreadable;
  bool has_readable = false;
  v4l2_fmtdesc format{};
  for (format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE; format.index < kMostEntries && device.ask(VIDIOC_ENUM_FMT, format);
       ++format.index) {
    if (v4l2_format_name(format.pixelformat).empty()) {
      unreadable.push_back(fmt::format("{} ({})", fourcc_text(format.pixelformat), text_of(format.description)));
    } else {
      has_readable = true;
      add_modes(device, format, camera.modes);
    }
  }
  std::stable_sort(camera.modes.begin(), camera.modes.end(), [](const CameraMode& a, const CameraMode& b) {
    auto rank = [](const CameraMode& mode) {
      return std::tuple(-int64_t{mode.size.width} * mode.size.height, -mode.size.width, mode.is_compressed);
    };
    return rank(a) < rank(b);
  });
  if (!has_readable && !unreadable.empty()) {
    camera.problem = Error(ErrorKind::Unsupported,
                           fmt::format("camera {} ({}) delivers {} alone, which cannot be read", camera.name,
                                       camera.path, join(unreadable)),
                           "another camera: candid devices");
  }
}

Error cannot_open(const Camera& camera, int code) {
  std::string doing = fmt::format("cannot open camera {} ({})", camera.name, camera.path);
  Error plain = system_error(code, doing);
  if (code == EACCES || code == EPERM) {
    return {ErrorKind::PermissionDenied, plain.message(),
            "add yourself to the group video: sudo usermod -aG video $USER, then log in again"};
  }
  if (code == EBUSY) {
    std::string who = camera.used_by.empty() ? "another program" : join(camera.used_by);
    return {ErrorKind::Io, fmt::format("{}: it is in use by {}", doing, who), fmt::format("close {}", who)};
  }
  if (code == ENODEV || code == ENXIO || code == ENOENT)
    return {ErrorKind::NotFound, plain.message(), "plug it in again"};
  return plain;
}

std::optional<Camera> examine(int number) {
  Camera camera;
  camera.path = fmt::format("/dev/video{}", number);
  Device device(camera.path);
  if (!device.is_open()) {
    // A camera's further nodes hold its metadata; which is which only the open device tells.
    if (kernel_says(number, "index") > "0") return std::nullopt;
    camera.name = kernel_says(number, "name");
    camera.used_by = users_of(camera.path);
    camera.problem = cannot_open(camera, device.code());
    return camera;
  }
  v4l2_capability facts{};
  if (!device.ask(VIDIOC_QUERYCAP, facts)) return std::nullopt;
  bool is_of_node = (facts.capabilities & V4L2_CAP_DEVICE_CAPS) != 0;
  if (((is_of_node ? facts.device_caps : facts.capabilities) & V4L2_CAP_VIDEO_CAPTURE) == 0) return std::nullopt;
  camera.name = text_of(facts.card);
  camera.used_by = users_of(camera.path);
  read_modes(device, camera);
  return camera;
}

}  // namespace

std::string v4l2_format_name(uint32_t fourcc) {
  for (const FormatName& format : kFormats) {
    if (format.fourcc == fourcc) return format.name;
  }
  return {};
}

std::vector<media::FrameSize> sizes_within(media::FrameSize least, media::FrameSize most, media::FrameSize step) {
  constexpr media::FrameSize kUsual[] = {{3840, 2160}, {2560, 1440}, {1920, 1080}, {1600, 1200}, {1280, 960},
                                         {1280, 720},  {1024, 768},  {960, 540},   {800, 600},   {640, 480},
                                         {640, 360},   {320, 240},   {320, 180}};
  auto is_on_grid = [](int value, int from, int to, int by) {
    return value >= from && value <= to && (by <= 1 || (value - from) % by == 0);
  };
  std::vector<media::FrameSize> sizes;
  for (const media::FrameSize& size : kUsual) {
    if (is_on_grid(size.width, least.width, most.width, step.width) &&
        is_on_grid(size.height, least.height, most.height, step.height)) {
      sizes.push_back(size);
    }
  }
  if (std::find(sizes.begin(), sizes.end(), most) == sizes.end()) sizes.insert(sizes.begin(), most);
  return sizes;
}

std::vector<Rational> rates_within(Rational slowest, Rational fastest) {
  std::vector<Rational> rates{fastest};
  for (int usual : {60, 50, 30, 25, 24, 15, 10, 5}) {
    Rational rate{usual, 1};
    if (rate.value() >= slowest.value() && rate.value() < fastest.value()) rates.push_back(rate);
  }
  return rates;
}

Rational rate_of_interval(uint32_t numerator, uint32_t denominator) {
  if (numerator == 0 || denominator == 0) return {0, 1};
  double rate = static_cast<double>(denominator) / numerator;
  constexpr double kRounding = 1e-4;  // 1000/1001 lies ten times as far off
  auto near = [&](double value) { return value > 0 && std::abs(rate - value) < kRounding * value; };
  double whole = std::round(rate);
  if (near(whole)) return {static_cast<int>(whole), 1};
  double ntsc = std::round(rate * 1.001);
  if (near(ntsc / 1.001)) return {static_cast<int>(ntsc) * 1000, 1001};
  uint32_t common = std::gcd(numerator, denominator);
  return {static_cast<int>(denominator / common), static_cast<int>(numerator / common)};
}

std::vector<Camera> v4l2_cameras() {
  std::vector<int> numbers;
  std::error_code code;
  std::filesystem::directory_iterator entries("/dev", code);
  for (; !code && entries != std::filesystem::directory_iterator(); entries.increment(code)) {
    if (auto number = number_of(entries->path().filename().string())) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  std::vector<Camera> cameras;
  for (int number : numbers) {
    if (auto camera = examine(number)) cameras.push_back(std::move(*camera));
  }
  return cameras;
}

}  // namespace candid::capture
