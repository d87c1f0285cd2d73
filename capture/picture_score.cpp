#include "capture/picture_score.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "capture/cascades.h"

namespace candid::capture {
namespace {

constexpr int kScoredLength = 480;   // the longer side of the picture that is searched for a face
constexpr int kPortraitWidth = 128;  // a face is measured at this size, however large it is in the picture

cv::Mat luma_of(const media::Frame& frame) {
  media::ConstPlane plane = frame.plane(0);
  // cv::Mat has no const form; nothing here writes to it.
  return {plane.height, plane.width, CV_8UC1, const_cast<uint8_t*>(plane.data), static_cast<size_t>(plane.stride)};
}

cv::Mat resized(const cv::Mat& picture, double scale) {
  cv::Size size(std::max(1, cvRound(picture.cols * scale)), std::max(1, cvRound(picture.rows * scale)));
  cv::Mat result;
  cv::resize(picture, result, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  return result;
}

// The part of a picture between shares of its width and height.
cv::Mat part(const cv::Mat& picture, double left, double top, double right, double bottom) {
  cv::Rect whole(0, 0, picture.cols, picture.rows);
  cv::Point from(cvFloor(picture.cols * left), cvFloor(picture.rows * top));
  cv::Point to(cvCeil(picture.cols * right), cvCeil(picture.rows * bottom));
  return picture(cv::Rect(from, to) & whole);
}

double sharpness_of(const cv::Mat& luma) {
  constexpr double kFullVariance = 3000;  // a crisp face; small or soft webcam faces have 10 to 30
  cv::Mat laplacian;
  cv::Laplacian(luma, laplacian, CV_16S);
  cv::Scalar mean;
  cv::Scalar deviation;
  cv::meanStdDev(laplacian, mean, deviation);
  double variance = deviation[0] * deviation[0];
  return std::min(1.0, std::log1p(variance) / std::log1p(kFullVariance));
}

double light_of(const cv::Mat& luma) {
  constexpr double kBlack = 16;
  constexpr double kWhite = 235;
  constexpr double kClipped = 0.02;       // this near to black or white there is no detail left
  constexpr double kExposureSigma = 0.2;  // Mertens 2007
  constexpr double kFullContrast = 0.15;
  double exposure = 0;
  double clipped = 0;
  double sum = 0;
  double squares = 0;
  for (int y = 0; y < luma.rows; ++y) {
    const uint8_t* row = luma.ptr<uint8_t>(y);
    for (int x = 0; x < luma.cols; ++x) {
      double level = std::clamp((row[x] - kBlack) / (kWhite - kBlack), 0.0, 1.0);
      double off = (level - 0.5) / kExposureSigma;
      exposure += std::exp(-off * off / 2);
      clipped += level < kClipped || level > 1 - kClipped ? 1 : 0;
      sum += level;
      squares += level * level;
    }
  }
  auto count = static_cast<double>(luma.total());
  double mean = sum / count;
  double contrast = std::min(1.0, std::sqrt(std::max(0.0, squares / count - mean * mean)) / kFullContrast);
  return (0.7 * exposure / count + 0.3 * contrast) * (1 - clipped / count);
}

// 1 for a face that fills a third of the picture's shorter side.
double size_score(const cv::Rect& face, cv::Size picture) {
  return std::min(1.0, 3.0 * face.width / std::min(picture.width, picture.height));
}

// 1 in the middle, 0 from half the shorter side away.
double place_score(const cv::Rect& face, cv::Size picture) {
  double x = face.x + face.width / 2.0 - picture.width / 2.0;
  double y = face.y + face.height / 2.0 - picture.height / 2.0;
  return std::max(0.0, 1 - 2 * std::hypot(x, y) / std::min(picture.width, picture.height));
}

}  // namespace

struct PictureJudge::State {
  cv::CascadeClassifier faces;
  // Trained on open eyes with and without glasses: it misses closed ones, where haarcascade_eye finds them too.
  cv::CascadeClassifier open_eyes;

  // The most certain face: the one on which most of the detector's overlapping finds agree. The largest would be wrong:
  // a print on a shirt is found as a large face now and then, with 4 to 6 agreeing, where real faces have up to 35.
  std::optional<cv::Rect> find_face(const cv::Mat& picture) {
    constexpr double kStep = 1.2;  // 1.1 costs up to twice as much
    constexpr int kNeighbours = 3;
    constexpr int kSmallest = 48;
    std::vector<cv::Rect> found;
    std::vector<int> agreeing;
    faces.detectMultiScale(picture, found, agreeing, kStep, kNeighbours, 0, cv::Size(kSmallest, kSmallest));
    // What is found comes in an order that depends on OpenCV's threads: equals are told apart by where they are.
    auto rank = [&](size_t i) { return std::tuple(agreeing[i], found[i].width, found[i].x, found[i].y); };
    std::optional<size_t> best;
    for (size_t i = 0; i < found.size(); ++i) {
      // Nobody's face is centred in the lowest quarter; a print on a shirt is.
      if (found[i].y + found[i].height / 2.0 > 0.75 * picture.rows) continue;
      if (!best || rank(i) > rank(*best)) best = i;
    }
    if (!best) return std::nullopt;
    return found[*best];
  }

  // The share of two eyes that are open. `portrait` is what find_face() framed, at kPortraitWidth.
  double eyes_open(const cv::Mat& portrait) {
    constexpr double kStep = 1.1;
    constexpr int kNeighbours = 2;
    const cv::Size smallest(22, 22);
    const cv::Size largest(43, 43);
    cv::Mat upper = part(portrait, 0, 0.15, 1, 0.6);
    std::vector<cv::Rect> found;
    open_eyes.detectMultiScale(upper, found, kStep, kNeighbours, 0, smallest, largest);
    bool left = false;
    bool right = false;
    for (const cv::Rect& eye : found) (2 * eye.x + eye.width < upper.cols ? left : right) = true;
    return (left ? 0.5 : 0) + (right ? 0.5 : 0);
  }
};

PictureJudge::PictureJudge(std::unique_ptr<State> state) : state_(std::move(state)) {}
PictureJudge::PictureJudge(PictureJudge&&) noexcept = default;
PictureJudge& PictureJudge::operator=(PictureJudge&&) noexcept = default;
PictureJudge::~PictureJudge() = default;

Result<PictureJudge> PictureJudge::create() {
  auto state = std::make_unique<State>();
  state->faces = TRY(load_cascade("haarcascade_frontalface_alt2.xml"));
  state->open_eyes = TRY(load_cascade("haarcascade_eye_tree_eyeglasses.xml"));
  return PictureJudge(std::move(state));
}

PictureScore PictureJudge::judge(const media::Frame& frame) {
  cv::Mat luma = luma_of(frame);
  double scale = static_cast<double>(kScoredLength) / std::max(luma.cols, luma.rows);
  cv::Mat picture = resized(luma, scale);
  PictureScore score;
  cv::Mat measured;
  if (std::optional<cv::Rect> face = state_->find_face(picture)) {
    cv::Mat framed =
        part(luma, static_cast<double>(face->x) / picture.cols, static_cast<double>(face->y) / picture.rows,
             static_cast<double>(face->br().x) / picture.cols, static_cast<double>(face->br().y) / picture.rows);
    cv::Mat portrait = resized(framed, static_cast<double>(kPortraitWidth) / framed.cols);
    score.face = 0.3 + 0.15 * size_score(*face, picture.size()) + 0.15 * place_score(*face, picture.size()) +
                 0.4 * state_->eyes_open(portrait);
    measured = part(portrait, 0.15, 0.15, 0.85, 0.9);  // without hair and background at the frame's edge
  } else {
    measured = part(picture, 0.25, 0.25, 0.75, 0.75);
  }
  score.sharpness = sharpness_of(measured);
  score.light = light_of(measured);
  score.total = 0.5 * score.face + 0.25 * score.sharpness + 0.25 * score.light;
  return score;
}

}  // namespace candid::capture
