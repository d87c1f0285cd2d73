#include "capture/check/lip_sync.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace candid::capture {
namespace {

constexpr double kFarthest = 0.6;   // s
constexpr double kUnrelated = 1.0;  // s; from here on mouth and sound of a take have nothing to do with each other
constexpr double kNull = 3.0;       // s; as far as that is looked at
constexpr double kLeastSpeech = 5;  // s of pictures with a face, and of sound
// Measured: drawn lips reach 0.88 to 0.94 and 6.7 to 10; webcam pictures under speech that is not theirs up to 0.48,
// each time with other offsets that do nearly as well.
constexpr double kLeastCorrelation = 0.45;
constexpr double kLeastStrength = 5;
constexpr double kLeastLead = 1.3;  // over the next best offset that is no neighbour

// Values less the mean of the second about them; a missing one becomes zero, which says nothing.
std::vector<double> without_drift(const std::vector<std::optional<double>>& values, double rate) {
  auto half = static_cast<ptrdiff_t>(std::lround(rate / 2));
  auto count = static_cast<ptrdiff_t>(values.size());
  std::vector<double> result;
  for (ptrdiff_t i = 0; i < count; ++i) {
    double sum = 0;
    int here = 0;
    for (ptrdiff_t at = std::max<ptrdiff_t>(0, i - half); at < std::min(count, i + half + 1); ++at) {
      const auto& value = values[static_cast<size_t>(at)];
      if (!value) continue;
      sum += *value;
      ++here;
    }
    const auto& value = values[static_cast<size_t>(i)];
    result.push_back(value ? *value - sum / here : 0.0);
  }
  return result;
}

// Of a[i] and b[i + lag].
double correlation(const std::vector<double>& a, const std::vector<double>& b, ptrdiff_t lag) {
  auto count = static_cast<ptrdiff_t>(std::min(a.size(), b.size()));
  double product = 0;
  double a_squared = 1e-12;
  double b_squared = 1e-12;
  for (ptrdiff_t i = std::max<ptrdiff_t>(0, -lag); i < std::min(count, count - lag); ++i) {
    double x = a[static_cast<size_t>(i)];
    double y = b[static_cast<size_t>(i + lag)];
    product += x * y;
    a_squared += x * x;
    b_squared += y * y;
  }
  return product / std::sqrt(a_squared * b_squared);
}

struct Curve {
  std::vector<double> values;  // from -reach to +reach
  ptrdiff_t reach = 0;
  double at(ptrdiff_t lag) const { return values[static_cast<size_t>(lag + reach)]; }
};

// The deviation of what is there by chance.
double chance(const Curve& curve, ptrdiff_t from) {
  double squares = 0;
  int count = 0;
  for (ptrdiff_t lag = -curve.reach; lag <= curve.reach; ++lag) {
    if (std::abs(lag) < from) continue;
    squares += curve.at(lag) * curve.at(lag);
    ++count;
  }
  return count == 0 ? 1 : std::max(0.02, std::sqrt(squares / count));
}

}  // namespace

void LipSync::push(const media::Frame& frame, const std::optional<FaceBox>& face) {
  openings_.emplace_back();
  if (!face) return;
  media::ConstPlane luma = frame.plane(0);
  double width = face->right - face->left;
  double height = face->bottom - face->top;
  // The detector's square ends at the chin.
  auto left = static_cast<int>((face->left + 0.3 * width) * luma.width);
  auto right = static_cast<int>((face->right - 0.3 * width) * luma.width);
  auto top = static_cast<int>((face->top + 0.66 * height) * luma.height);
  auto bottom = static_cast<int>((face->top + 1.0 * height) * luma.height);
  if (left < 0 || top < 0 || right > luma.width || bottom > luma.height || right - left < 4 || bottom - top < 4) return;
  std::array<int, 256> counts{};
  int64_t sum = 0;
  for (int y = top; y < bottom; ++y) {
    const uint8_t* row = luma.data + static_cast<ptrdiff_t>(y) * luma.stride;
    for (int x = left; x < right; ++x) {
      ++counts[row[x]];
      sum += row[x];
    }
  }
  // Lips and what is between them are the darkest part; the mean of the darker fifth, below the mean of all.
  int total = (right - left) * (bottom - top);
  int wanted = std::max(1, total / 5);
  int64_t dark = 0;
  int left_over = wanted;
  for (size_t level = 0; level < counts.size() && left_over > 0; ++level) {
    int taken = std::min(left_over, counts[level]);
    dark += static_cast<int64_t>(taken) * static_cast<int64_t>(level);
    left_over -= taken;
  }
  openings_.back() = static_cast<double>(sum) / total - static_cast<double>(dark) / wanted;
}

void LipSync::push(const media::Samples& samples) {
  for (size_t i = 0; i + 1 < samples.size(); i += media::kChannels) {
    double left = samples[i];
    double right = samples[i + 1];
    sum_ += (left * left + right * right) / 2;
    ++samples_;
    auto picture = static_cast<int64_t>(loudness_.size()) + 1;
    int64_t begin = (picture - 1) * media::kSampleRate * rate_.den / rate_.num;
    int64_t end = picture * media::kSampleRate * rate_.den / rate_.num;
    if (samples_ < end) continue;
    // The fourth root of power: as loud as it seems (Stevens), and as far as lips open for it.
    loudness_.push_back(std::pow(sum_ / static_cast<double>(end - begin), 0.25));
    sum_ = 0;
  }
}

std::optional<LipOffset> LipSync::best_guess() const {
  double rate = rate_.value();
  auto seen = std::count_if(openings_.begin(), openings_.end(), [](const auto& value) { return value.has_value(); });
  size_t length = std::min(openings_.size(), loudness_.size());
  if (static_cast<double>(seen) < kLeastSpeech * rate || static_cast<double>(length) < kLeastSpeech * rate) return {};
  std::vector<double> lips =
      without_drift({openings_.begin(), openings_.begin() + static_cast<ptrdiff_t>(length)}, rate);
  std::vector<double> sound =
      without_drift({loudness_.begin(), loudness_.begin() + static_cast<ptrdiff_t>(length)}, rate);
  Curve curve;
  curve.reach = std::min(static_cast<ptrdiff_t>(kNull * rate), static_cast<ptrdiff_t>(length / 2));
  for (ptrdiff_t lag = -curve.reach; lag <= curve.reach; ++lag) curve.values.push_back(correlation(lips, sound, lag));
  auto farthest = static_cast<ptrdiff_t>(std::lround(kFarthest * rate));
  ptrdiff_t best = 0;
  for (ptrdiff_t lag = -farthest; lag <= farthest; ++lag) {
    if (curve.at(lag) > curve.at(best)) best = lag;
  }
  LipOffset offset;
  offset.correlation = curve.at(best);
  offset.strength = offset.correlation / chance(curve, static_cast<ptrdiff_t>(kUnrelated * rate));
  // Between the pictures, by a parabola.
  double before = curve.at(best - 1);
  double after = curve.at(best + 1);
  double curvature = before - 2 * curve.at(best) + after;
  double exact = static_cast<double>(best) + (curvature < 0 ? (before - after) / (2 * curvature) : 0);
  offset.late = Microseconds(std::llround(exact / rate * 1e6));
  // A second offset that would do as well makes both doubtful.
  auto neighbours = static_cast<ptrdiff_t>(std::lround(0.2 * rate));
  for (ptrdiff_t lag = -curve.reach; lag <= curve.reach; ++lag) {
    if (std::abs(lag - best) <= neighbours) continue;
    if (curve.at(lag) * kLeastLead > offset.correlation) offset.strength = std::min(offset.strength, 0.0);
  }
  return offset;
}

std::optional<LipOffset> LipSync::offset() const {
  std::optional<LipOffset> guess = best_guess();
  if (!guess || guess->correlation < kLeastCorrelation || guess->strength < kLeastStrength) return std::nullopt;
  return guess;
}

}  // namespace candid::capture
