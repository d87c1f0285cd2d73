// Which of a camera's modes a recording takes.

#include <cmath>

#include <fmt/format.h>

#include "capture/devices/devices.h"
#include "core/suggest.h"
#include "core/text.h"

namespace candid::capture {
namespace {

using Modes = std::vector<const CameraMode*>;

constexpr media::FrameSize kUsualSize{1280, 720};
constexpr media::FrameSize kLargestUnasked{1920, 1080};
constexpr Rational kUsualRate{30, 1};
// Below this speech looks choppy: a smaller picture is the better choice.
constexpr double kSmoothRate = 24;

// 29.97 is what a camera means that is asked for 30.
bool is_same_rate(const Rational& a, const Rational& b) {
  return std::abs(a.value() - b.value()) <= 0.002 * b.value();
}

// A mode whose rates the driver does not tell may have any.
bool has_rate(const CameraMode& mode, const Rational& wanted) {
  return mode.rates.empty() || std::any_of(mode.rates.begin(), mode.rates.end(),
                                           [&](const Rational& rate) { return is_same_rate(rate, wanted); });
}

bool is_smooth(const CameraMode& mode) {
  constexpr double kRounding = 0.05;  // 23.976 is film's 24
  return mode.rates.empty() || mode.rates.front().value() >= kSmoothRate - kRounding;
}

// Streams of pictures that lean on each other begin broken; they are taken only by name.
bool is_of_whole_pictures(const CameraMode& mode) {
  return !mode.is_compressed || mode.format == "mjpeg";
}

bool has_format(const CameraMode& mode, const std::string& wanted) {
  if (wanted.empty()) return is_of_whole_pictures(mode);
  return wanted == "raw" ? !mode.is_compressed : mode.format == wanted;
}

// What it costs to make a frame of it, least first. Grey comes after colour that costs more.
int cost(const CameraMode& mode) {
  constexpr std::string_view kCheapFirst[] = {"nv12",    "yuv420p",  "yuyv422",  "uyvy422",  "yuv422p",
                                              "yuv411p", "yuv410p",  "rgb24",    "bgr24",    "bgr0",
                                              "0rgb",    "rgb565le", "rgb565be", "rgb555le", "rgb555be"};
  constexpr int kCompressed = 100;
  constexpr int kOther = 200;
  if (mode.is_compressed) return kCompressed;
  const auto* place = std::find(std::begin(kCheapFirst), std::end(kCheapFirst), mode.format);
  return place == std::end(kCheapFirst) ? kOther : static_cast<int>(place - std::begin(kCheapFirst));
}

template <typename Keeps>
Modes only(const Modes& modes, Keeps keeps) {
  Modes kept;
  std::copy_if(modes.begin(), modes.end(), std::back_inserter(kept),
               [&](const CameraMode* mode) { return keeps(*mode); });
  return kept;
}

std::string describe(const Modes& modes) {
  std::vector<CameraMode> copies;
  for (const CameraMode* mode : modes) copies.push_back(*mode);
  return describe_modes(copies);
}

// Each once, in the order in which they come.
template <typename TextOf>
std::string listed(const Modes& modes, TextOf text_of_mode) {
  std::vector<std::string> texts;
  for (const CameraMode* mode : modes) {
    std::string text = text_of_mode(*mode);
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
  }
  return join(texts);
}

std::string text_of(const media::FrameSize& size) {
  return fmt::format("{}x{}", size.width, size.height);
}

std::string text_of(const Camera& camera) {
  return fmt::format("camera {} ({})", camera.name, camera.path);
}

Result<Modes> of_format(const Camera& camera, const Modes& all, const std::string& wanted) {
  Modes kept = only(all, [&](const CameraMode& mode) { return has_format(mode, wanted); });
  if (!kept.empty()) return kept;
  std::string lacks = wanted.empty() ? "no format that is taken unasked"
                                     : fmt::format("no format \"{}\"", shorten(single_line(wanted), 30));
  return fail(ErrorKind::InvalidInput, fmt::format("{} has {}", text_of(camera), lacks),
              fmt::format("one of its own: {}", listed(all, [](const CameraMode& mode) { return mode.format; })));
}

Result<Modes> of_size(const Camera& camera, const Modes& modes, const media::FrameSize& wanted) {
  Modes kept = only(modes, [&](const CameraMode& mode) { return mode.size == wanted; });
  if (!kept.empty()) return kept;
  return fail(
      ErrorKind::InvalidInput, fmt::format("{} has no size {}", text_of(camera), text_of(wanted)),
      fmt::format("one of these: {}", listed(modes, [](const CameraMode& mode) { return text_of(mode.size); })));
}

Result<Modes> of_rate(const Camera& camera, const Modes& modes, const Rational& wanted) {
  Modes kept = only(modes, [&](const CameraMode& mode) { return has_rate(mode, wanted); });
  if (!kept.empty()) return kept;
  return fail(ErrorKind::InvalidInput,
              fmt::format("{} does not give {:.4g} pictures a second", text_of(camera), wanted.value()),
              fmt::format("one of these: {}", describe(modes)));
}

// `modes` are largest first.
media::FrameSize unasked_size(const Modes& modes) {
  Modes smooth = only(modes, is_smooth);
  const Modes& among = smooth.empty() ? modes : smooth;
  media::FrameSize best{};
  for (const CameraMode* mode : among) {
    if (mode->size == kUsualSize) return kUsualSize;
    bool fits = mode->size.width <= kLargestUnasked.width && mode->size.height <= kLargestUnasked.height;
    if (fits && best == media::FrameSize{}) best = mode->size;
  }
  return best == media::FrameSize{} ? among.back()->size : best;
}

Rational nearest_rate(const Modes& modes, const Rational& wanted) {
  std::optional<Rational> best;
  for (const CameraMode* mode : modes) {
    for (const Rational& rate : mode->rates) {
      double gain = best ? std::abs(best->value() - wanted.value()) - std::abs(rate.value() - wanted.value()) : 1;
      if (gain > 0 || (gain == 0 && rate.value() > best->value())) best = rate;
    }
  }
  return best.value_or(wanted);
}

// As the camera itself has it.
Rational own_rate(const CameraMode& mode, const Rational& rate) {
  return mode.rates.empty() ? rate : nearest_rate({&mode}, rate);
}

}  // namespace

Result<ChosenMode> choose_mode(const Camera& camera, const ModeRequest& request) {
  if (camera.modes.empty()) {
    return ChosenMode{request.size.value_or(kUsualSize), request.rate.value_or(kUsualRate),
                      request.format == "raw" ? "" : request.format};
  }
  Modes modes;
  for (const CameraMode& mode : camera.modes) modes.push_back(&mode);
  modes = TRY(of_format(camera, modes, request.format));
  if (request.size) modes = TRY(of_size(camera, modes, *request.size));
  if (request.rate) modes = TRY(of_rate(camera, modes, *request.rate));
  if (!request.size) modes = TRY(of_size(camera, modes, unasked_size(modes)));
  Rational rate = nearest_rate(modes, request.rate.value_or(kUsualRate));
  modes = TRY(of_rate(camera, modes, rate));
  const CameraMode& best = **std::min_element(
      modes.begin(), modes.end(), [](const CameraMode* a, const CameraMode* b) { return cost(*a) < cost(*b); });
  return ChosenMode{best.size, own_rate(best, rate), best.format};
}

std::string describe_modes(const std::vector<CameraMode>& modes) {
  std::vector<std::string> words;
  for (auto at = modes.begin(); at != modes.end();) {
    std::vector<std::string> formats;
    const CameraMode& first = *at;
    for (; at != modes.end() && at->size == first.size && at->rates == first.rates; ++at) formats.push_back(at->format);
    std::vector<std::string> rates;
    for (const Rational& rate : first.rates) rates.push_back(fmt::format("{:.4g}", rate.value()));
    words.push_back(
        fmt::format("{} {}{}{}", text_of(first.size), join(formats, "/"), rates.empty() ? "" : " ", join(rates)));
  }
  return join(words, "; ");
}

}  // namespace candid::capture
