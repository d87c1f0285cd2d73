#include "capture/presenter/presenter_figure.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <fmt/format.h>
#include <opencv2/core.hpp>

#include "capture/presenter/brush.h"
#include "capture/presenter/presenter_room.h"
#include "media/av.h"

extern "C" {
#include <libswscale/swscale.h>
}

namespace candid::capture {
namespace {

constexpr Colour kSkin{240, 194, 162};
constexpr Colour kSkinInShade{217, 160, 128};
constexpr Colour kChinShadow{205, 148, 117};
constexpr Colour kBlush{226, 120, 104};
constexpr Colour kHair{58, 40, 36};
constexpr Colour kHairInLight{92, 64, 54};
constexpr Colour kLine{74, 46, 40};
constexpr Colour kLips{190, 88, 82};
constexpr Colour kMouth{104, 38, 40};
constexpr Colour kTongue{206, 104, 98};
constexpr Colour kWhite{252, 250, 247};
constexpr Colour kIris{70, 46, 36};
constexpr Colour kJacket{42, 92, 104};
constexpr Colour kJacketInShade{32, 74, 86};
constexpr Colour kJacketInLight{58, 112, 122};
constexpr Colour kBlouse{246, 238, 226};

constexpr Point kFace{0, -0.64};  // from the pit of the neck

Path mirrored(Path path) {
  for (Point& point : path) point.x = -point.x;
  return path;
}

void draw_body(const Brush& brush, double breath) {
  double rise = -0.012 * breath;
  brush.fill(symmetric_outline(Path{{0, -0.02 + rise},
                                    {0.26, 0.0 + rise},
                                    {0.62, 0.12 + rise},
                                    {0.96, 0.27 + rise},
                                    {1.14, 0.56},
                                    {1.22, 1.2},
                                    {1.26, 3.2},
                                    {0.6, 3.3}}),
             kJacket);
  for (double side : {-1.0, 1.0}) {
    Path seam = rounded_path(Path{{0.82, 0.42}, {0.79, 0.62}, {0.82, 1.0}, {0.86, 1.5}});
    brush.stroke(side < 0 ? mirrored(seam) : seam, 0.03, kJacketInShade);
  }
  brush.fill(Path{{-0.27, -0.02 + rise}, {0.27, -0.02 + rise}, {0.16, 0.5}, {0, 0.98}, {-0.16, 0.5}}, kBlouse);
}

void draw_collar(const Brush& brush, double breath) {
  double rise = -0.012 * breath;
  Path lapel{{0.2, -0.09 + rise}, {0.34, 0.03 + rise}, {0.43, 0.36}, {0.33, 0.42},
             {0.38, 0.5},         {0.02, 1.02},        {0.17, 0.5}};
  brush.fill(lapel, kJacketInLight);
  brush.fill(mirrored(lapel), kJacketInShade);
}

void draw_neck(const Brush& brush) {
  brush.fill(symmetric_outline(Path{{0.17, -0.42}, {0.17, -0.16}, {0.25, -0.03}, {0.12, 0.12}, {0, 0.17}}),
             kSkinInShade);
  brush.fill(rounded_outline(Path{{-0.17, -0.3}, {0.17, -0.3}, {0.17, -0.14}, {0.02, -0.06}, {-0.17, -0.12}}),
             kChinShadow);
}

void draw_hair_behind(const Brush& brush) {
  brush.fill(
      symmetric_outline(Path{
          {0, -0.64}, {0.3, -0.57}, {0.48, -0.32}, {0.52, 0.04}, {0.53, 0.34}, {0.44, 0.53}, {0.24, 0.5}, {0, 0.46}}),
      kHair);
}

void draw_face(const Brush& brush) {
  brush.fill(symmetric_outline(
                 Path{{0, -0.52}, {0.28, -0.44}, {0.385, -0.2}, {0.385, 0.05}, {0.335, 0.27}, {0.2, 0.44}, {0, 0.505}}),
             kSkinInShade);
  // Lit from the left: the same face, a little narrower and towards the light.
  brush.moved({-0.022, -0.006})
      .fill(symmetric_outline(
                Path{{0, -0.52}, {0.27, -0.44}, {0.362, -0.2}, {0.362, 0.05}, {0.312, 0.27}, {0.185, 0.43}, {0, 0.49}}),
            kSkin);
  for (double side : {-1.0, 1.0}) {
    brush.glow({0.22 * side, 0.155}, 0.13, 0.1, {kBlush.red, kBlush.green, kBlush.blue, 0.36});
  }
}

void draw_fringe(const Brush& brush) {
  // Two strands from a parting on the left.
  brush.fill(rounded_outline(Path{{-0.16, -0.6},
                                  {0.1, -0.655},
                                  {0.36, -0.54},
                                  {0.5, -0.24},
                                  {0.5, 0.1},
                                  {0.44, 0.3},
                                  {0.4, 0.12},
                                  {0.375, -0.1},
                                  {0.28, -0.25},
                                  {0.08, -0.35},
                                  {-0.1, -0.46}}),
             kHair);
  brush.fill(rounded_outline(Path{{-0.12, -0.62},
                                  {-0.33, -0.55},
                                  {-0.49, -0.26},
                                  {-0.5, 0.1},
                                  {-0.45, 0.3},
                                  {-0.4, 0.1},
                                  {-0.375, -0.12},
                                  {-0.29, -0.3},
                                  {-0.16, -0.45}}),
             kHair);
  brush.stroke(rounded_path(Path{{-0.02, -0.56}, {0.18, -0.52}, {0.34, -0.38}, {0.42, -0.18}}), 0.035, kHairInLight);
  brush.stroke(rounded_path(Path{{-0.2, -0.53}, {-0.32, -0.42}, {-0.41, -0.24}}), 0.03, kHairInLight);
}

void draw_eye(const Brush& brush, double side, double open) {
  constexpr double kCorner = 0.012;
  auto lid = [](double middle) {
    double shoulder = kCorner + 0.75 * (middle - kCorner);
    return rounded_path(Path{{-0.082, kCorner}, {-0.045, shoulder}, {0, middle}, {0.045, shoulder}, {0.082, kCorner}});
  };
  Brush eye = brush.moved({0.165 * side, -0.02});
  // Closed, the upper lid rests on the lower one.
  double bottom = 0.034 + 0.008 * open;
  double top = bottom - 0.094 * open;
  Path upper_lid = lid(top);
  Path outline = lid(bottom);
  outline.insert(outline.end(), upper_lid.rbegin(), upper_lid.rend());
  eye.fill(outline, kWhite);
  if (open > 0.25) {
    double height = std::min(0.041, (bottom - top) / 2);
    double centre = (bottom + top) / 2;
    eye.ellipse({0, centre}, 0.038, height, kIris);
    eye.ellipse({-0.014, centre - 0.4 * height}, 0.012, 0.012 * open, kWhite);
  }
  eye.stroke(upper_lid, 0.028, kLine);
}

void draw_brow(const Brush& brush, double side, double raised) {
  double y = -0.158 - 0.02 * raised;
  Path brow = rounded_path(Path{{0.08, y + 0.012}, {0.16, y - 0.018}, {0.25, y + 0.022}});
  brush.stroke(side < 0 ? mirrored(brow) : brow, 0.034, kHair);
}

void draw_nose(const Brush& brush) {
  brush.stroke(rounded_path(Path{{-0.04, 0.125}, {-0.01, 0.148}, {0.03, 0.14}, {0.046, 0.112}}), 0.022, kSkinInShade);
}

void draw_mouth(const Brush& brush, double open) {
  // Speech narrows the mouth a little while it opens; its corners always smile.
  double width = 0.14 - 0.03 * open;
  double depth = 0.12 * open;
  // From the upper lip (0) to the lower (1).
  auto lip = [&](double share) {
    double fall = depth * share;
    return rounded_path(Path{{-width, -0.014},
                             {-0.86 * width, 0.004 + 0.5 * fall},
                             {-0.5 * width, 0.016 + 0.88 * fall},
                             {0, 0.022 + fall},
                             {0.5 * width, 0.016 + 0.88 * fall},
                             {0.86 * width, 0.004 + 0.5 * fall},
                             {width, -0.014}});
  };
  auto between = [&](double from, double to) {
    Path outline = lip(from);
    Path end = lip(to);
    outline.insert(outline.end(), end.rbegin(), end.rend());
    return outline;
  };
  Brush mouth = brush.moved({0, 0.275});
  mouth.fill(between(0, 1), kMouth);
  if (open > 0.15) {
    mouth.fill(between(0.7, 1), kTongue);
    mouth.fill(between(0, 0.32), kWhite);
  }
  mouth.stroke(lip(1), 0.03, kLips);
  mouth.stroke(lip(0), 0.024, kLips);
}

void draw_head(const Brush& brush, const Pose& pose) {
  draw_face(brush);
  draw_nose(brush);
  for (double side : {-1.0, 1.0}) {
    draw_eye(brush, side, pose.eyes_open);
    draw_brow(brush, side, pose.brows_raised);
  }
  draw_mouth(brush, pose.mouth_open);
  draw_fringe(brush);
}

// `reach` is how far to the side the hand may be and still be seen whole.
void draw_hand(const Brush& brush, const Pose& pose, double reach) {
  if (pose.hand_raised <= 0) return;
  // From the wrist; lowered, it is out of sight.
  Brush hand = brush.moved({std::min(1.02, reach - 0.26), 0.36 + 1.9 * (1 - pose.hand_raised)}, 0.14 + pose.hand_turn);
  hand.limb({0, 0.12}, {0, -0.06}, 0.15, kSkinInShade);
  struct Finger {
    Point root;
    Point tip;
    double width;
  };
  constexpr Finger kFingers[] = {{{-0.1, -0.2}, {-0.15, -0.42}, 0.072},
                                 {{-0.035, -0.22}, {-0.05, -0.48}, 0.076},
                                 {{0.035, -0.22}, {0.045, -0.47}, 0.074},
                                 {{0.1, -0.18}, {0.135, -0.39}, 0.066},
                                 {{-0.08, -0.04}, {-0.23, -0.19}, 0.08}};
  for (const Finger& finger : kFingers) hand.limb(finger.root, finger.tip, finger.width, kSkin);
  hand.fill(rounded_outline(Path{
                {-0.135, -0.2}, {0, -0.25}, {0.13, -0.2}, {0.125, -0.06}, {0.06, 0.04}, {-0.06, 0.04}, {-0.13, -0.06}}),
            kSkin);
  hand.stroke(rounded_path(Path{{-0.07, -0.2}, {-0.03, -0.1}, {-0.05, 0.0}}), 0.014, kSkinInShade);
  hand.limb({-0.07, 0.16}, {0.09, 0.16}, 0.09, kBlouse);
  hand.fill(Path{{-0.13, 0.19}, {0.15, 0.19}, {0.42, 1.7}, {-0.1, 1.7}}, kJacketInShade);
}

void draw_presenter(cv::Mat& picture, const Pose& pose) {
  double head = 0.46 * std::min(picture.cols, picture.rows);
  Point neck{picture.cols / 2.0, 0.45 * picture.rows - kFace.y * head};
  Brush body(picture, neck, head);
  Brush face = body.moved({pose.head_x, pose.head_y}, pose.head_tilt).moved(kFace);
  draw_hair_behind(face);
  draw_body(body, pose.breath);
  draw_neck(body);
  draw_collar(body, pose.breath);
  draw_head(face, pose);
  draw_hand(body, pose, picture.cols / 2.0 / head);
}

// Single steps of brightness, up or down in every fourth pixel: seen by an encoder, hardly by an eye. Bigger than the
// picture, so that each frame can use another cut.
constexpr int kGrainMargin = 64;

std::vector<int8_t> make_grain(media::FrameSize size) {
  std::mt19937 random(709);
  std::vector<int8_t> grain(static_cast<size_t>(size.width + kGrainMargin) *
                            static_cast<size_t>(size.height + kGrainMargin));
  for (int8_t& step : grain) {
    uint32_t die = random() >> 29;
    step = die == 0 ? 1 : (die == 1 ? -1 : 0);
  }
  return grain;
}

struct FreeScaler {
  void operator()(SwsContext* context) const { sws_freeContext(context); }
};

}  // namespace

struct PresenterFigure::State {
  media::FrameSize size;
  cv::Mat room;
  cv::Mat picture;  // 8-bit BGR
  std::vector<int8_t> grain;
  std::mt19937 grain_place{1};
  std::unique_ptr<SwsContext, FreeScaler> to_house_format;

  void add_grain(media::Frame& frame) {
    media::Plane luma = frame.mutable_plane(0);
    uint32_t place = grain_place();
    size_t left = place % kGrainMargin;
    size_t top = place / kGrainMargin % kGrainMargin;
    size_t grain_width = static_cast<size_t>(size.width) + kGrainMargin;
    for (int y = 0; y < luma.height; ++y) {
      uint8_t* row = luma.data + static_cast<ptrdiff_t>(y) * luma.stride;
      const int8_t* steps = grain.data() + (top + static_cast<size_t>(y)) * grain_width + left;
      // The drawing's colours keep away from both ends of the range, so nothing can wrap.
      for (int x = 0; x < luma.width; ++x) row[x] = static_cast<uint8_t>(row[x] + steps[x]);
    }
  }
};

PresenterFigure::PresenterFigure(std::unique_ptr<State> state) : state_(std::move(state)) {}
PresenterFigure::PresenterFigure(PresenterFigure&&) noexcept = default;
PresenterFigure& PresenterFigure::operator=(PresenterFigure&&) noexcept = default;
PresenterFigure::~PresenterFigure() = default;

Result<PresenterFigure> PresenterFigure::create(media::FrameSize size) {
  auto state = std::make_unique<State>();
  state->size = size;
  state->grain = make_grain(size);
  try {
    state->room.create(size.height, size.width, CV_8UC3);
    paint_room(state->room);
  } catch (const cv::Exception& exception) {
    return fail(ErrorKind::Internal, fmt::format("cannot draw the test presenter's room ({})", exception.what()));
  }
  state->to_house_format.reset(sws_getContext(size.width, size.height, AV_PIX_FMT_BGR24, size.width, size.height,
                                              AV_PIX_FMT_YUV420P, SWS_BILINEAR | SWS_ACCURATE_RND, nullptr, nullptr,
                                              nullptr));
  if (!state->to_house_format) return fail(ErrorKind::Internal, "cannot set up the test presenter's colours");
  const int* bt709 = sws_getCoefficients(SWS_CS_ITU709);
  constexpr int kFullRange = 1;
  constexpr int kLimitedRange = 0;
  constexpr int kOne = 1 << 16;
  sws_setColorspaceDetails(state->to_house_format.get(), bt709, kFullRange, bt709, kLimitedRange, 0, kOne, kOne);
  return PresenterFigure(std::move(state));
}

Result<media::Frame> PresenterFigure::draw(const Pose& pose) {
  try {
    state_->room.copyTo(state_->picture);
    draw_presenter(state_->picture, pose);
  } catch (const cv::Exception& exception) {
    return fail(ErrorKind::Internal, fmt::format("cannot draw the test presenter ({})", exception.what()));
  }
  media::Frame frame = TRY(media::Frame::allocate(state_->size));
  const uint8_t* source[] = {state_->picture.data};
  const int source_stride[] = {static_cast<int>(state_->picture.step)};
  int rows = sws_scale(state_->to_house_format.get(), source, source_stride, 0, state_->size.height, frame.av()->data,
                       frame.av()->linesize);
  if (rows < 0) return media::av_fail(rows, "cannot convert the test presenter's picture");
  state_->add_grain(frame);
  return frame;
}

}  // namespace candid::capture
