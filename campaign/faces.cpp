#include "campaign/faces.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "capture/face_track.h"
#include "core/digest.h"
#include "core/encoding.h"
#include "core/files.h"
#include "core/log.h"
#include "overlay/composition.h"

namespace candid::campaign {
namespace {

// Raised when the search finds other boxes than before.
constexpr int kSearchVersion = 1;

// The times of the take at which a layer stands that must keep off faces; merged, in order.
std::vector<capture::TimeSpan> spans_to_search(const Job& job) {
  const Timeline& timeline = job.timeline;
  std::vector<capture::TimeSpan> spans;
  auto add = [&](Microseconds start, Microseconds end) {
    start = std::max(start, Microseconds{0}) + timeline.take_start;
    end = std::min(end, timeline.duration()) + timeline.take_start;
    if (start < end) spans.push_back({start, end});
  };
  if (job.campaign.video.frames_face) add(Microseconds{0}, timeline.duration());
  for (const overlay::Layer& layer : job.campaign.look.layers) {
    if (!layer.keeps_off_faces || layer.kind == overlay::LayerKind::Card || layer.kind == overlay::LayerKind::Progress)
      continue;
    if (layer.kind != overlay::LayerKind::Captions) {
      add(layer.start.at(timeline.duration()), layer.end.at(timeline.duration()));
    } else if (layer.is_burned_in) {
      for (const overlay::CaptionLine& line : layer.lines) add(line.start, line.end);
    }
  }
  std::sort(spans.begin(), spans.end(), [](const auto& a, const auto& b) { return a.start < b.start; });
  std::vector<capture::TimeSpan> merged;
  for (const capture::TimeSpan& span : spans) {
    // Pauses between captions are too short to be left out: looking again costs a seek.
    constexpr Microseconds kShort{1'000'000};
    if (!merged.empty() && span.start <= merged.back().end + kShort) {
      merged.back().end = std::max(merged.back().end, span.end);
    } else {
      merged.push_back(span);
    }
  }
  return merged;
}

std::string key_of(const Job& job, const std::vector<capture::TimeSpan>& spans) {
  Sha256Hasher hasher;
  hasher.update_field(fmt::format("faces {}", kSearchVersion));
  hasher.update_field(job.take_digest);
  for (const capture::TimeSpan& span : spans)
    hasher.update_field(fmt::format("{} {}", span.start.count(), span.end.count()));
  return to_hex(hasher.finish());
}

std::string to_json(const capture::FaceTrack& track) {
  nlohmann::json moments = nlohmann::json::array();
  for (const capture::FaceMoment& moment : track) {
    nlohmann::json faces = nlohmann::json::array();
    for (const capture::FaceBox& face : moment.faces) faces.push_back({face.left, face.top, face.right, face.bottom});
    moments.push_back({moment.start.count(), moment.end.count(), std::move(faces)});
  }
  return nlohmann::json{{"version", 1}, {"moments", std::move(moments)}}.dump();
}

std::optional<capture::FaceTrack> from_json(const std::string& text) {
  try {
    capture::FaceTrack track;
    const nlohmann::json json = nlohmann::json::parse(text);
    for (const auto& entry : json.at("moments")) {
      capture::FaceMoment moment{
          Microseconds(entry.at(0).get<int64_t>()), Microseconds(entry.at(1).get<int64_t>()), {}};
      for (const auto& face : entry.at(2)) {
        moment.faces.push_back(
            {face.at(0).get<double>(), face.at(1).get<double>(), face.at(2).get<double>(), face.at(3).get<double>()});
      }
      track.push_back(std::move(moment));
    }
    return track;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;  // searched for anew
  }
}

// From shares of the take's picture to shares of the frame, into which it is fitted.
void map_faces(const capture::FaceTrack& track, Job& job) {
  const media::FrameSize take = job.take.video.shown;
  const media::FrameSize frame = job.timeline.size;
  double across = static_cast<double>(frame.width) / take.width;
  double down = static_cast<double>(frame.height) / take.height;
  double scale = job.campaign.video.fit == media::Fit::Cover ? std::max(across, down) : std::min(across, down);
  // Where the picture is larger than the frame, its focus lies in the middle, as far as its edges allow.
  auto mapped = [scale](double share, int side, int frame_side, double focus) {
    double whole = side * scale;
    double cut = whole > frame_side ? std::clamp(focus * whole - frame_side / 2.0, 0.0, whole - frame_side)
                                    : (whole - frame_side) / 2;
    return (share * whole - cut) / frame_side;
  };
  auto x = [&](double share) { return mapped(share, take.width, frame.width, job.timeline.focus_x); };
  auto y = [&](double share) { return mapped(share, take.height, frame.height, job.timeline.focus_y); };
  for (const capture::FaceMoment& moment : track) {
    for (const capture::FaceBox& face : moment.faces) {
      job.campaign.look.faces.push_back({moment.start - job.timeline.take_start, moment.end - job.timeline.take_start,
                                         x(face.left), y(face.top), x(face.right), y(face.bottom)});
    }
  }
}

// One crop for the whole take, on where its largest face mostly is: a crop that moves would look like a camera that
// cannot keep still.
void frame_face(const capture::FaceTrack& track, Timeline& timeline) {
  std::vector<double> xs;
  std::vector<double> ys;
  for (const capture::FaceMoment& moment : track) {
    auto largest = std::max_element(moment.faces.begin(), moment.faces.end(),
                                    [](const auto& a, const auto& b) { return a.right - a.left < b.right - b.left; });
    if (largest == moment.faces.end()) continue;
    xs.push_back((largest->left + largest->right) / 2);
    ys.push_back((largest->top + largest->bottom) / 2);
  }
  if (xs.empty()) {
    log::warning("campaign", "the take shows no face to keep in the middle: its own middle is kept");
    return;
  }
  auto median = [](std::vector<double>& values) {
    auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  };
  timeline.focus_x = median(xs);
  timeline.focus_y = median(ys);
}

Result<capture::FaceTrack> search(const Job& job, const Workspace& workspace, std::stop_token stop) {
  std::vector<capture::TimeSpan> spans = spans_to_search(job);
  if (spans.empty()) return capture::FaceTrack{};
  std::filesystem::path file = workspace.faces_file(key_of(job, spans));
  if (auto text = read_text_file(file)) {
    if (auto known = from_json(*text)) return std::move(*known);
  }
  capture::FaceTrack track = TRY(capture::track_faces(job.campaign.take, std::move(spans), std::move(stop)));
  TRY_VOID(make_folder(file.parent_path()));
  TRY_VOID(write_file(file, to_json(track)));
  return track;
}

}  // namespace

Result<void> find_faces(Job& job, const Workspace& workspace, std::stop_token stop) {
  auto track = search(job, workspace, std::move(stop));
  if (!track && track.error().kind() == ErrorKind::Unsupported) {
    log::info("campaign", "layers do not keep off faces: " + track.error().describe());
    return {};
  }
  if (!track) return tl::unexpected(track.error());
  if (job.campaign.video.frames_face) frame_face(*track, job.timeline);
  job.campaign.look.faces.clear();
  map_faces(*track, job);
  overlay::settle_captions(job.campaign.look, job.timeline.size);
  return {};
}

}  // namespace candid::campaign
