#include "capture/check/picture_check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include <fmt/format.h>
#include <opencv2/imgproc.hpp>

#include "capture/cascades.h"
#include "capture/check/blur.h"

namespace candid::capture {
namespace {

constexpr int kLength = 640;        // the longer side of what is looked at
constexpr int kSearchLength = 400;  // of what is searched for a face at first: face_track.cpp says why
constexpr int kBlock = 16;
// Pads the picture by this share of its shorter side, mirrored, so that a face at its edge is whole.
constexpr double kPadding = 0.2;

double share_of_white(double level) {
  return std::clamp((level - 16) / (235 - 16), 0.0, 1.0);
}

cv::Mat luma_of(const media::Frame& frame) {
  media::ConstPlane plane = frame.plane(0);
  // cv::Mat has no const form; nothing here writes to it.
  return {plane.height, plane.width, CV_8UC1, const_cast<uint8_t*>(plane.data), static_cast<size_t>(plane.stride)};
}

cv::Mat shrunk(const cv::Mat& picture, int longer) {
  double scale = static_cast<double>(longer) / std::max(picture.cols, picture.rows);
  if (scale >= 1) return picture;
  cv::Mat result;
  cv::Size size(std::max(1, cvRound(picture.cols * scale)), std::max(1, cvRound(picture.rows * scale)));
  cv::resize(picture, result, size, 0, 0, cv::INTER_AREA);
  return result;
}

class Histogram {
 public:
  explicit Histogram(const cv::Mat& luma) {
    for (int y = 0; y < luma.rows; ++y) {
      const uint8_t* row = luma.ptr<uint8_t>(y);
      for (int x = 0; x < luma.cols; ++x) ++counts_[row[x]];
    }
  }
  Histogram without(const Histogram& part) const {
    Histogram rest = *this;
    for (size_t i = 0; i < counts_.size(); ++i) rest.counts_[i] -= part.counts_[i];
    return rest;
  }
  // The level that `share` of the pixels stay below, as a share of white.
  double quantile(double share) const {
    int64_t total = 0;
    for (int64_t count : counts_) total += count;
    auto left = static_cast<int64_t>(share * static_cast<double>(total));
    size_t level = 0;
    while (level < 255 && left >= counts_[level]) left -= counts_[level++];
    return share_of_white(static_cast<double>(level));
  }

 private:
  std::array<int64_t, 256> counts_{};
};

double largest_change(const cv::Mat& a, const cv::Mat& b) {
  cv::Mat difference;
  cv::absdiff(a, b, difference);
  cv::Mat blocks;
  cv::resize(difference, blocks, {std::max(1, a.cols / kBlock), std::max(1, a.rows / kBlock)}, 0, 0, cv::INTER_AREA);
  double largest = 0;
  cv::minMaxLoc(blocks, nullptr, &largest);
  return largest;
}

// The part of `luma` within shares of its sides.
cv::Mat part(const cv::Mat& luma, const FaceBox& box) {
  cv::Rect whole(0, 0, luma.cols, luma.rows);
  cv::Point from(cvFloor(box.left * luma.cols), cvFloor(box.top * luma.rows));
  cv::Point to(cvCeil(box.right * luma.cols), cvCeil(box.bottom * luma.rows));
  return luma(cv::Rect(from, to) & whole);
}

struct Found {
  FaceBox box;
  int agreeing = 0;  // how many overlapping finds of the detector make up this one
};

}  // namespace

struct PictureCheck::State {
  PictureCheckSettings settings;
  cv::CascadeClassifier cascade;
  std::deque<PictureFacts> pictures;
  cv::Mat last;
  std::optional<FaceBox> last_face;
  std::optional<Microseconds> looked, searched, searched_thoroughly;

  // The surest face of `picture`, whose shares of `whole` begin at `origin` (less than zero where it was padded).
  std::optional<Found> best_face(const cv::Mat& picture, int smallest, int fewest, cv::Point origin, cv::Size whole) {
    constexpr double kGrowth = 1.2;
    constexpr int kNeighbours = 1;
    constexpr int kFewestAgain = 3;
    std::vector<cv::Rect> boxes;
    std::vector<int> agreeing;
    cascade.detectMultiScale(picture, boxes, agreeing, kGrowth, kNeighbours, 0, cv::Size(smallest, smallest));
    std::optional<Found> best;
    std::optional<cv::Rect> best_box;
    double best_rank = 0;
    for (size_t i = 0; i < boxes.size(); ++i) {
      cv::Rect box = boxes[i] + origin;
      FaceBox shares{static_cast<double>(box.x) / whole.width, static_cast<double>(box.y) / whole.height,
                     static_cast<double>(box.br().x) / whole.width, static_cast<double>(box.br().y) / whole.height};
      // A face where the last one was is the same; prints and hands are found here and there.
      bool is_last = last_face && is_near(shares, *last_face);
      if (agreeing[i] < (is_last ? kFewestAgain : fewest)) continue;
      double rank = agreeing[i] * (is_last ? 1.3 : 1.0);
      // They come in an order that depends on OpenCV's threads.
      auto key = [](double r, const cv::Rect& b) { return std::tuple(r, b.width, b.x, b.y); };
      if (best && key(rank, box) < key(best_rank, *best_box)) continue;
      best = Found{shares, agreeing[i]};
      best_box = box;
      best_rank = rank;
    }
    return best;
  }

  static bool is_near(const FaceBox& a, const FaceBox& b) {
    constexpr double kMostGrowth = 1.5;
    double width = std::max(a.right - a.left, b.right - b.left);
    double smaller = std::min(a.right - a.left, b.right - b.left);
    double height = std::max(a.bottom - a.top, b.bottom - b.top);
    return width < kMostGrowth * smaller && std::abs(a.left + a.right - b.left - b.right) < width &&
           std::abs(a.top + a.bottom - b.top - b.bottom) < height;
  }

  std::optional<Found> find_face(const cv::Mat& luma, bool thorough) {
    constexpr int kSmallest = 30;       // px of kSearchLength
    constexpr int kSmallestLarge = 24;  // px of kLength: what the cascade was trained on is 20
    constexpr int kFewest = 4;
    constexpr int kFewestLarge = 8;  // more pixels, more chance finds
    cv::Mat small = shrunk(luma, kSearchLength);
    if (auto found = best_face(small, kSmallest, kFewest, {0, 0}, small.size())) return found;
    if (!thorough) return std::nullopt;
    // A face against the light, or in the dark: square root of the light that is there.
    static const cv::Mat lighter = [] {
      cv::Mat table(1, 256, CV_8U);
      for (int i = 0; i < 256; ++i) {
        table.at<uint8_t>(i) = static_cast<uint8_t>(std::lround(255 * std::pow(share_of_white(i), 0.45)));
      }
      return table;
    }();
    cv::Mat lit;
    cv::LUT(small, lighter, lit);
    if (auto found = best_face(lit, kSmallest, kFewest, {0, 0}, small.size())) return found;
    int pad = cvRound(kPadding * std::min(small.cols, small.rows));
    cv::Mat padded;
    cv::copyMakeBorder(small, padded, pad, pad, pad, pad, cv::BORDER_REFLECT);
    if (auto found = best_face(padded, kSmallest, kFewestLarge, {-pad, -pad}, small.size())) return found;
    return best_face(luma, kSmallestLarge, kFewestLarge, {0, 0}, luma.size());
  }

  static FaceFacts facts_of(const FaceBox& box, const cv::Mat& luma) {
    FaceFacts face;
    face.box = box;
    face.size = (box.right - box.left) * luma.cols / std::min(luma.cols, luma.rows);
    // Skin, without hair and background at the square's edges.
    double width = box.right - box.left;
    double height = box.bottom - box.top;
    cv::Mat skin = part(
        luma, {box.left + 0.2 * width, box.top + 0.15 * height, box.right - 0.2 * width, box.bottom - 0.1 * height});
    if (skin.empty()) return face;
    face.luma = share_of_white(cv::mean(skin)[0]);
    face.bright = Histogram(skin).quantile(0.9);
    return face;
  }

  // The median of what surrounds the face: all but the column of head and body.
  static double behind(const FaceBox& box, const cv::Mat& luma, const Histogram& all) {
    double width = box.right - box.left;
    double height = box.bottom - box.top;
    cv::Mat head = part(luma, {box.left - 0.35 * width, box.top - 0.6 * height, box.right + 0.35 * width, box.bottom});
    cv::Mat body = part(luma, {box.left - 1.2 * width, std::min(box.bottom, 1.0), box.right + 1.2 * width, 1});
    return all.without(Histogram(head)).without(Histogram(body)).quantile(0.5);
  }

  void search(const cv::Mat& luma, const Histogram& all, PictureFacts& facts) {
    bool thorough = !searched_thoroughly || facts.time - *searched_thoroughly >= settings.thorough_every;
    std::optional<Found> found = find_face(luma, thorough);
    facts.was_searched = found || thorough;
    if (!found && thorough) searched_thoroughly = facts.time;
    searched = facts.time;
    if (!found) {
      facts.blur = blur_in(luma);
      return;
    }
    last_face = found->box;
    facts.face = facts_of(found->box, luma);
    facts.behind_luma = behind(found->box, luma, all);
    // Without what is beside the face at the square's edges, which may be sharp where the face is not.
    double inset_x = 0.12 * (found->box.right - found->box.left);
    double inset_y = 0.06 * (found->box.bottom - found->box.top);
    cv::Mat face = part(luma, {found->box.left + inset_x, found->box.top + inset_y, found->box.right - inset_x,
                               found->box.bottom - inset_y});
    facts.blur = face.empty() ? std::nullopt : blur_in(face, std::max(luma.cols, luma.rows));
  }

  static std::optional<double> blur_in(const cv::Mat& luma, int longer = 0) {
    std::optional<double> pixels = blur_of(luma);
    // A small picture may be as sharp as it can be.
    constexpr int kSmallestLength = 400;
    if (pixels) *pixels /= std::max(kSmallestLength, longer > 0 ? longer : std::max(luma.cols, luma.rows));
    return pixels;
  }
};

PictureCheck::PictureCheck(std::unique_ptr<State> state) : state_(std::move(state)) {}
PictureCheck::PictureCheck(PictureCheck&&) noexcept = default;
PictureCheck& PictureCheck::operator=(PictureCheck&&) noexcept = default;
PictureCheck::~PictureCheck() = default;

Result<PictureCheck> PictureCheck::create(const PictureCheckSettings& settings) {
  auto state = std::make_unique<State>();
  state->settings = settings;
  state->cascade = TRY(load_cascade("haarcascade_frontalface_alt2.xml"));
  return PictureCheck(std::move(state));
}

Result<bool> PictureCheck::push(const media::Frame& frame, Microseconds time) {
  State& state = *state_;
  if (state.looked && time - *state.looked < state.settings.every) return false;
  state.looked = time;
  try {
    cv::Mat luma = shrunk(luma_of(frame), kLength);
    Histogram all(luma);
    PictureFacts facts;
    facts.time = time;
    facts.mean_luma = share_of_white(cv::mean(luma)[0]);
    facts.dark = all.quantile(0.05);
    facts.bright = all.quantile(0.95);
    if (!state.last.empty() && state.last.size() == luma.size()) facts.change = largest_change(luma, state.last);
    state.last = luma.clone();
    if (!state.searched || time - *state.searched >= state.settings.face_every) state.search(luma, all, facts);
    state.pictures.push_back(facts);
  } catch (const cv::Exception& exception) {
    return fail(ErrorKind::Internal, fmt::format("cannot measure a picture ({})", exception.what()));
  }
  return true;
}

const std::deque<PictureFacts>& PictureCheck::pictures() const {
  return state_->pictures;
}

void PictureCheck::forget_before(Microseconds time) {
  while (!state_->pictures.empty() && state_->pictures.front().time < time) state_->pictures.pop_front();
}

}  // namespace candid::capture
