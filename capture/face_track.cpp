#include "capture/face_track.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>

#include <fmt/format.h>

#include "capture/cascades.h"
#include "media/probe.h"
#include "media/video_reader.h"

namespace candid::capture {
namespace {

// Pictures are counted on one grid over the whole recording, so that a moment has the same picture whichever span asked
// for it. The reader rounds times: picture k is the one in the middle of the k-th step.
constexpr Microseconds kStep{200'000};
constexpr Rational kRate{5, 1};
constexpr int kTrackedLength = 400;  // the longer side of the picture that is searched

// Distances in time, in pictures.
constexpr int64_t kContext = 3;      // searched around a span, so that a short one has enough sightings, too
constexpr int64_t kLongestGap = 25;  // a face that comes back to its place so late was there all the time
constexpr int64_t kHold = 10;        // a box stays so long before the first sighting and after the last one

struct PictureRange {
  int64_t first = 0;
  int64_t end = 0;
};

// One face in one picture, in its pixels.
struct Sighting {
  int64_t picture = 0;
  cv::Rect2d box;
  int agreeing = 0;  // how many overlapping finds of the detector make up this one
};

// One face over time; at most one sighting a picture, in order of time.
using Sightings = std::vector<Sighting>;

double centre_distance(const cv::Rect2d& a, const cv::Rect2d& b) {
  return std::hypot(a.x + a.width / 2 - b.x - b.width / 2, a.y + a.height / 2 - b.y - b.height / 2);
}

class FaceFinder {
 public:
  static Result<FaceFinder> create() { return FaceFinder(TRY(load_cascade("haarcascade_frontalface_alt2.xml"))); }

  // From the most to the least certain one.
  Result<Sightings> find(const media::Frame& frame, int64_t index) {
    // Tried on ten webcam clips and 100 still pictures: 320 px lose an eighth of the faces, above all those that look
    // up or hide behind a hand; equalizeHist() raises noise and takes up to half of the agreement away;
    // frontalface_default finds a few faces more, but also prints with nine agreeing; the profile cascade takes twice
    // as long and finds no face that this one does not.
    constexpr double kGrowth = 1.2;  // 1.1 takes up to twice as long and finds as many; with 1.25 half as many agree
    constexpr int kNeighbours = 2;
    constexpr int kSmallest = 30;
    media::ConstPlane luma = frame.plane(0);
    // cv::Mat has no const form; nothing here writes to it.
    const cv::Mat picture(luma.height, luma.width, CV_8UC1, const_cast<uint8_t*>(luma.data),
                          static_cast<size_t>(luma.stride));
    std::vector<cv::Rect> boxes;
    std::vector<int> agreeing;
    try {
      cascade_.detectMultiScale(picture, boxes, agreeing, kGrowth, kNeighbours, 0, cv::Size(kSmallest, kSmallest));
    } catch (const cv::Exception& exception) {
      return fail(ErrorKind::Internal, fmt::format("cannot search a picture for faces ({})", exception.what()));
    }
    Sightings found;
    for (size_t i = 0; i < boxes.size(); ++i) found.push_back({index, cv::Rect2d(boxes[i]), agreeing[i]});
    // They come in an order that depends on OpenCV's threads.
    std::sort(found.begin(), found.end(), [](const Sighting& a, const Sighting& b) {
      return std::tuple(-a.agreeing, a.box.x, a.box.y, a.box.width) <
             std::tuple(-b.agreeing, b.box.x, b.box.y, b.box.width);
    });
    return found;
  }

 private:
  explicit FaceFinder(cv::CascadeClassifier cascade) : cascade_(std::move(cascade)) {}
  cv::CascadeClassifier cascade_;
};

// A head moves less than this in a fifth of a second, and a print's chance finds are of all sizes.
bool may_be_same_face(const cv::Rect2d& a, const cv::Rect2d& b) {
  constexpr double kFarthest = 0.75;  // in widths
  constexpr double kMostGrowth = 1.6;
  double larger = std::max(a.width, b.width);
  double smaller = std::min(a.width, b.width);
  return larger < kMostGrowth * smaller && centre_distance(a, b) < kFarthest * (a.width + b.width) / 2;
}

// Gives each sighting of one picture to the nearest face seen not long before, else begins a face with it.
void follow(std::vector<Sightings>& faces, const Sightings& found) {
  std::vector<std::tuple<double, size_t, size_t>> pairs;
  for (size_t f = 0; f < faces.size(); ++f) {
    const Sighting& last = faces[f].back();
    for (size_t s = 0; s < found.size(); ++s) {
      if (found[s].picture - last.picture > kLongestGap || !may_be_same_face(last.box, found[s].box)) continue;
      pairs.emplace_back(centre_distance(last.box, found[s].box), f, s);
    }
  }
  std::sort(pairs.begin(), pairs.end());
  std::vector<bool> taken(found.size());
  for (auto [distance, f, s] : pairs) {
    if (taken[s] || faces[f].back().picture == found[s].picture) continue;
    faces[f].push_back(found[s]);
    taken[s] = true;
  }
  for (size_t s = 0; s < found.size(); ++s) {
    if (!taken[s]) faces.push_back({found[s]});
  }
}

// Whether there is a second in which it was seen often and surely. In the clips, faces that are hard to see have about
// 30 agreeing finds in a second, others 100; prints, hands and patterns have up to 19.
bool is_convincing(const Sightings& face, int64_t pictures) {
  constexpr int64_t kSecond = 5;
  constexpr int64_t kSeen = 3;
  constexpr int kAgreeing = 22;
  for (auto from = face.begin(); from != face.end(); ++from) {
    int agreeing = 0;
    int64_t seen = 0;
    for (auto at = from; at != face.end() && at->picture < from->picture + kSecond; ++at) {
      agreeing += at->agreeing;
      ++seen;
    }
    if (agreeing >= kAgreeing && seen >= std::min(kSeen, pictures)) return true;
  }
  return false;
}

// The detector's square begins in the forehead and ends at the chin and cheeks; this adds hair, beard and ears.
cv::Rect2d whole_head(const cv::Rect2d& box) {
  constexpr double kAbove = 0.33;
  constexpr double kBelow = 0.2;
  constexpr double kBeside = 0.1;
  return {box.x - kBeside * box.width, box.y - kAbove * box.height, box.width * (1 + 2 * kBeside),
          box.height * (1 + kAbove + kBelow)};
}

cv::Rect2d between(const Sighting& a, const Sighting& b, int64_t picture) {
  double share = static_cast<double>(picture - a.picture) / static_cast<double>(b.picture - a.picture);
  auto mix = [share](double from, double to) { return from + share * (to - from); };
  return {mix(a.box.x, b.box.x), mix(a.box.y, b.box.y), mix(a.box.width, b.box.width), mix(a.box.height, b.box.height)};
}

// Where a face is in each picture of `range`: as seen, between sightings on the straight way, else where it was or will
// be next. The range must not be wider than the face is known.
std::vector<cv::Rect2d> filled(const Sightings& face, PictureRange range) {
  std::vector<cv::Rect2d> boxes;
  auto next = face.begin();
  for (int64_t picture = range.first; picture < range.end; ++picture) {
    while (next != face.end() && next->picture < picture) ++next;
    if (next == face.end()) {
      boxes.push_back(face.back().box);
    } else if (next == face.begin() || next->picture == picture) {
      boxes.push_back(next->box);
    } else {
      boxes.push_back(between(*std::prev(next), *next, picture));
    }
  }
  return boxes;
}

// Calls `add` with all boxes that lie at most `reach` from the i-th one, which is among them.
template <typename Add>
void visit_around(const std::vector<cv::Rect2d>& boxes, size_t i, size_t reach, Add add) {
  size_t from = i < reach ? 0 : i - reach;
  size_t to = std::min(boxes.size(), i + reach + 1);
  for (size_t at = from; at < to; ++at) add(boxes[at]);
}

// Each box becomes the union of those within three pictures, then the mean of those unions within two. As each of them
// holds the boxes of the picture in question and its neighbours, so does the mean: it is steady and yet never lags.
std::vector<cv::Rect2d> steadied(const std::vector<cv::Rect2d>& boxes) {
  constexpr size_t kMean = 2;
  constexpr size_t kUnion = kMean + 1;
  std::vector<cv::Rect2d> unions;
  for (size_t i = 0; i < boxes.size(); ++i) {
    cv::Rect2d all = boxes[i];
    visit_around(boxes, i, kUnion, [&](const cv::Rect2d& box) { all |= box; });
    unions.push_back(all);
  }
  std::vector<cv::Rect2d> means;
  for (size_t i = 0; i < unions.size(); ++i) {
    cv::Rect2d sum;
    int count = 0;
    visit_around(unions, i, kMean, [&](const cv::Rect2d& box) {
      sum = {sum.x + box.x, sum.y + box.y, sum.width + box.width, sum.height + box.height};
      ++count;
    });
    means.emplace_back(sum.x / count, sum.y / count, sum.width / count, sum.height / count);
  }
  return means;
}

FaceBox shares_of(const cv::Rect2d& box, media::FrameSize picture) {
  auto share = [](double at, int length) { return std::clamp(at / length, 0.0, 1.0); };
  return {share(box.x, picture.width), share(box.y, picture.height), share(box.x + box.width, picture.width),
          share(box.y + box.height, picture.height)};
}

media::FrameSize working_size(media::FrameSize shown) {
  double scale = static_cast<double>(kTrackedLength) / std::max(shown.width, shown.height);
  auto even = [scale](int length) { return std::max(2, 2 * static_cast<int>(std::lround(length * scale / 2))); };
  return {even(shown.width), even(shown.height)};
}

using FacesByPicture = std::map<int64_t, std::vector<FaceBox>>;

// Adds what is in each picture of `range`, a recording's part that is read in one go.
Result<void> search(const std::filesystem::path& recording, media::FrameSize size, PictureRange range,
                    FaceFinder& finder, const std::stop_token& stop, FacesByPicture& result) {
  media::VideoRequest request{.size = size, .frame_rate = kRate};
  request.first_frame = range.first;
  request.frame_count = range.end - range.first;
  media::VideoReader reader = TRY(media::VideoReader::open(recording, request));
  std::vector<Sightings> faces;
  for (int64_t picture = range.first; picture < range.end; ++picture) {
    if (stop.stop_requested()) return fail(ErrorKind::Cancelled, "stopped while looking for faces");
    std::optional<media::Frame> frame = TRY(reader.next());
    follow(faces, TRY(finder.find(*frame, picture)));
  }
  for (const Sightings& face : faces) {
    if (!is_convincing(face, range.end - range.first)) continue;
    PictureRange known{std::max(range.first, face.front().picture - kHold),
                       std::min(range.end, face.back().picture + kHold + 1)};
    int64_t picture = known.first;
    for (const cv::Rect2d& box : steadied(filled(face, known))) {
      result[picture++].push_back(shares_of(whole_head(box), size));
    }
  }
  return {};
}

// In order of time, none touching another.
std::vector<TimeSpan> merged(std::vector<TimeSpan> spans) {
  std::sort(spans.begin(), spans.end(), [](const TimeSpan& a, const TimeSpan& b) { return a.start < b.start; });
  std::vector<TimeSpan> result;
  for (TimeSpan span : spans) {
    span.start = std::max(span.start, Microseconds{0});
    if (span.end <= span.start) continue;
    if (!result.empty() && span.start <= result.back().end) {
      result.back().end = std::max(result.back().end, span.end);
    } else {
      result.push_back(span);
    }
  }
  return result;
}

// The pictures that a span touches, of a recording that has so many.
PictureRange pictures_of(const TimeSpan& span, int64_t count) {
  int64_t first = std::min(span.start / kStep, count - 1);
  int64_t last = std::min((span.end - Microseconds{1}) / kStep, count - 1);
  return {first, last + 1};
}

// What has to be read for the spans, which are merged.
std::vector<PictureRange> with_context(const std::vector<TimeSpan>& spans, int64_t count) {
  std::vector<PictureRange> ranges;
  for (const TimeSpan& span : spans) {
    PictureRange range = pictures_of(span, count);
    range = {std::max<int64_t>(0, range.first - kContext), std::min(count, range.end + kContext)};
    if (!ranges.empty() && range.first <= ranges.back().end) {
      ranges.back().end = range.end;
    } else {
      ranges.push_back(range);
    }
  }
  return ranges;
}

void append_moments(FaceTrack& track, const TimeSpan& span, int64_t count, const FacesByPicture& faces) {
  PictureRange range = pictures_of(span, count);
  for (int64_t picture = range.first; picture < range.end; ++picture) {
    bool first = picture == range.first;
    bool last = picture + 1 == range.end;
    FaceMoment moment{first ? span.start : picture * kStep, last ? span.end : (picture + 1) * kStep, {}};
    if (auto found = faces.find(picture); found != faces.end()) moment.faces = found->second;
    std::sort(moment.faces.begin(), moment.faces.end(), [](const FaceBox& a, const FaceBox& b) {
      return std::tie(a.left, a.top, a.right, a.bottom) < std::tie(b.left, b.top, b.right, b.bottom);
    });
    track.push_back(std::move(moment));
  }
}

}  // namespace

Result<FaceTrack> track_faces(const std::filesystem::path& recording, std::vector<TimeSpan> spans,
                              std::stop_token stop) {
  FaceFinder finder = TRY(FaceFinder::create());
  media::RecordingFacts facts = TRY(media::probe(recording));
  int64_t count = std::max<int64_t>(1, (facts.duration + kStep - Microseconds{1}) / kStep);
  media::FrameSize size = working_size(facts.video.shown);
  spans = merged(std::move(spans));
  FacesByPicture faces;
  for (PictureRange range : with_context(spans, count)) {
    TRY_VOID(search(recording, size, range, finder, stop, faces));
  }
  FaceTrack track;
  for (const TimeSpan& span : spans) append_moments(track, span, count, faces);
  return track;
}

}  // namespace candid::capture
