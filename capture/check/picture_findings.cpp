#include "capture/check/picture_findings.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "core/time.h"

namespace candid::capture {
namespace {

// Luma from 0 (black) to 1. As FFmpeg's blackdetect, whose pixels are black below 0.1, but for the mean: a dim picture
// of a dark room is dark, not black.
constexpr double kBlackMean = 0.03;
constexpr double kBlackBright = 0.06;
constexpr Microseconds kLongBlack{400'000};
// Levels of 8 bits in the block that differs most. Measured: pictures that stand still differ by 0 to 2 after x264,
// drawn and real people who hold still by 17 and more within a fifth of a second, also at CRF 36.
constexpr double kStandsStill = 5;
constexpr Microseconds kLongFrozen{1'500'000};
// From this share on the take is not fit to send.
constexpr double kMost = 0.5;
constexpr double kAlways = 0.95;
// Measured on webcam pictures and darkened ones: faces in good light have 0.5 to 0.8 in their brightest tenth, those at
// 0.4 of the light (of luma) 0.28 to 0.32. The whole picture must be dark as well: dark skin in good light is no fault.
constexpr double kDarkFace = 0.33;
constexpr double kDarkPicture = 0.32;
constexpr double kDarkBright = 0.40;
// Seven tenths of a stop of luma apart is the contrast of a face in shade before a sunlit wall.
constexpr double kBacklitFace = 0.36;
constexpr double kBacklitBehind = 0.55;
constexpr double kBacklitDifference = 0.38;
// Standard deviation, thousandths of the longer side. Measured: webcams 0.7 to 1.5, the same enlarged three times up to
// 2.8; blurred by 3 px of 640 it is 3.0 to 3.8, by 5 px 4.4 to 4.9, noise or not.
constexpr double kBlurred = 2.9;
// Where no face is seen, a plain wall may have no sharper edges than this.
constexpr double kBlurredWall = 4.0;
// Of the picture's shorter side. The detector's square is about two thirds of a head; waist-up framing has 0.15.
constexpr double kSmallFace = 0.115;
// A head is this much wider than the detector's square (as in face_track.cpp); hair that is cut off is no fault.
constexpr double kBesideFace = 0.1;
constexpr double kBelowFace = 0.05;
constexpr double kCutShare = 0.3;
// The rule of thirds has a face at 0.17 from the middle.
constexpr double kFarFromMiddle = 0.2;
constexpr double kLow = 0.65;
// A head that is turned or behind a hand comes back sooner.
constexpr Microseconds kLongWithoutFace{2'500'000};

bool is_black(const PictureFacts& picture) {
  return picture.mean_luma < kBlackMean && picture.bright < kBlackBright;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

struct Stretches {
  Microseconds total{0};
  TimeSpan longest;
  void add(Microseconds start, Microseconds end) {
    total += end - start;
    if (end - start > longest.end - longest.start) longest = {start, end};
  }
};

// Of at least `shortest`, where `belongs` says so of each picture; each lasts until the next, the last one to `end`.
Stretches stretches_of(const std::deque<PictureFacts>& pictures, Microseconds end, Microseconds shortest,
                       const std::function<bool(size_t)>& belongs) {
  Stretches stretches;
  for (size_t i = 0; i < pictures.size();) {
    size_t until = i;
    while (until < pictures.size() && belongs(until)) ++until;
    if (until > i) {
      Microseconds stop = until < pictures.size() ? pictures[until].time : std::max(end, pictures.back().time);
      if (stop - pictures[i].time >= shortest) stretches.add(pictures[i].time, stop);
    }
    i = std::max(until, i + 1);
  }
  return stretches;
}

Stretches black_stretches(const std::deque<PictureFacts>& pictures, Microseconds end) {
  return stretches_of(pictures, end, kLongBlack, [&](size_t i) { return is_black(pictures[i]); });
}

// A picture stands still when the next one is the same, or it is the same as the one before.
Stretches frozen_stretches(const std::deque<PictureFacts>& pictures, Microseconds end) {
  auto same_as_before = [&](size_t i) {
    return i < pictures.size() && pictures[i].change && *pictures[i].change <= kStandsStill;
  };
  return stretches_of(pictures, end, kLongFrozen,
                      [&](size_t i) { return !is_black(pictures[i]) && (same_as_before(i) || same_as_before(i + 1)); });
}

// Pictures that were searched in vain, up to the next face.
Stretches faceless_stretches(const std::deque<PictureFacts>& pictures, Microseconds end) {
  Stretches stretches;
  std::optional<Microseconds> since = pictures.empty() ? std::nullopt : std::optional(pictures.front().time);
  bool missed = false;
  auto close = [&](Microseconds until) {
    if (since && missed && until - *since >= kLongWithoutFace) stretches.add(*since, until);
  };
  for (const PictureFacts& picture : pictures) {
    if (picture.face) {
      close(picture.time);
      since = picture.time;
      missed = false;
    } else if (picture.was_searched) {
      missed = true;
    }
  }
  close(end);
  return stretches;
}

bool is_cut(const FaceBox& box) {
  double beside = kBesideFace * (box.right - box.left);
  double below = kBelowFace * (box.bottom - box.top);
  return box.left < beside || box.top < 0.01 || box.right > 1 - beside || box.bottom > 1 - below;
}

std::string from_to(const TimeSpan& span) {
  return fmt::format("from {:.1f} s to {:.1f} s", to_seconds(span.start), to_seconds(span.end));
}

}  // namespace

PictureSummary summary_of(const std::deque<PictureFacts>& pictures, Microseconds end) {
  PictureSummary summary;
  std::vector<double> means, brights, blurs, face_blurs, behinds, sizes, lumas, face_brights;
  std::vector<double> sides[4];
  int searched = 0;
  for (const PictureFacts& picture : pictures) {
    if (is_black(picture)) continue;
    means.push_back(picture.mean_luma);
    brights.push_back(picture.bright);
    if (picture.blur) (picture.face ? face_blurs : blurs).push_back(*picture.blur);
    searched += picture.was_searched ? 1 : 0;
    if (!picture.face) continue;
    behinds.push_back(picture.behind_luma);
    sizes.push_back(picture.face->size);
    lumas.push_back(picture.face->luma);
    face_brights.push_back(picture.face->bright);
    const FaceBox& box = picture.face->box;
    const double values[] = {box.left, box.top, box.right, box.bottom};
    for (size_t i = 0; i < 4; ++i) sides[i].push_back(values[i]);
  }
  summary.mean_luma = median(means);
  summary.bright = median(brights);
  if (!sizes.empty()) blurs = face_blurs;
  if (!blurs.empty()) summary.blur = median(blurs);
  if (!sizes.empty()) {
    summary.face = FaceFacts{{median(sides[0]), median(sides[1]), median(sides[2]), median(sides[3])},
                             median(sizes),
                             median(lumas),
                             median(face_brights)};
    summary.behind_luma = median(behinds);
    summary.face_share = static_cast<double>(sizes.size()) / searched;
  }
  summary.black = black_stretches(pictures, end).total;
  summary.frozen = frozen_stretches(pictures, end).total;
  return summary;
}

namespace {

class Judge {
 public:
  Judge(const std::deque<PictureFacts>& pictures, Microseconds end)
      : pictures_(pictures), end_(end), start_(pictures.front().time), summary_(summary_of(pictures, end)) {}

  TakeFindings judge() {
    Stretches black = black_stretches(pictures_, end_);
    if (black.total.count() > 0) {
      add(Fault::Black, is_most(black) ? Severity::Error : Severity::Warning,
          fmt::format("The picture is black {} ({:.1f} s in all).", from_to(black.longest), to_seconds(black.total)),
          "See that the camera's shutter is open, and that no other program uses the camera.", black.longest);
      if (is_most(black)) return findings_;
    }
    Stretches frozen = frozen_stretches(pictures_, end_);
    // An empty room may really stand still, once the encoder has taken the camera's noise away; a person does not.
    bool is_empty_room = !summary_.face && to_seconds(frozen.total) > kAlways * to_seconds(end_ - start_);
    if (frozen.total.count() > 0 && !is_empty_room) {
      add(Fault::Frozen, is_most(frozen) ? Severity::Error : Severity::Warning,
          fmt::format("The picture stands still {} ({:.1f} s in all).", from_to(frozen.longest),
                      to_seconds(frozen.total)),
          "Plug the camera in again, into a port of its own, and close other programs that use it.", frozen.longest);
    }
    bool is_dark = judge_light();
    bool is_blurred = judge_sharpness();
    judge_face(is_dark || is_blurred);
    return findings_;
  }

 private:
  bool is_most(const Stretches& stretches) const {
    return to_seconds(stretches.total) >= kMost * to_seconds(end_ - start_);
  }

  void add(Fault fault, Severity severity, std::string message, std::string remedy,
           std::optional<TimeSpan> where = std::nullopt) {
    findings_.push_back(
        {fault, severity, std::move(message), std::move(remedy), where.value_or(TimeSpan{start_, end_})});
  }

  // Whether it is too dark to see a face.
  bool judge_light() {
    const auto& face = summary_.face;
    if (face && face->bright < kBacklitFace && summary_.behind_luma > kBacklitBehind &&
        summary_.behind_luma - face->luma > kBacklitDifference) {
      add(Fault::Backlit, Severity::Warning,
          fmt::format("The light comes from behind: the face has {:.0f} % of full brightness, what is behind it {:.0f} "
                      "%; wanted less than {:.0f} % between them.",
                      100 * face->luma, 100 * summary_.behind_luma, 100 * kBacklitDifference),
          "Turn so that the window or lamp is in front of you, or close the curtain.");
      return false;
    }
    bool is_dark =
        summary_.mean_luma < kDarkPicture && (summary_.bright < kDarkBright || (face && face->bright < kDarkFace));
    if (!is_dark) return false;
    add(Fault::TooDark, Severity::Warning,
        face ? fmt::format("The picture is too dark: the face has {:.0f} % of full brightness, wanted {:.0f} or more.",
                           100 * face->bright, 100 * kDarkFace)
             : fmt::format("The picture is too dark: {:.0f} % of full brightness on average, wanted {:.0f} or more.",
                           100 * summary_.mean_luma, 100 * kDarkPicture),
        "Turn a lamp on before you, or sit facing a window.");
    return true;
  }

  bool judge_sharpness() {
    double limit = summary_.face ? kBlurred : kBlurredWall;
    if (!summary_.blur || 1000 * *summary_.blur < limit) return false;
    add(Fault::Blurred, Severity::Warning,
        fmt::format("The {} is blurred: edges {:.1f} thousandths of the picture wide, wanted {:.1f} or less.",
                    summary_.face ? "face" : "picture", 1000 * *summary_.blur, limit),
        "Clean the lens, sit still until the camera has focused, and see that it focuses on you.");
    return true;
  }

  void judge_face(bool is_hidden) {
    Stretches faceless = faceless_stretches(pictures_, end_);
    // Faces that are small or cut off are found now and then.
    bool is_hard_to_find = summary_.face && (summary_.face->size < kSmallFace || cut_share() >= kCutShare);
    if (!is_hidden && !is_hard_to_find && faceless.total.count() > 0) {
      add(Fault::NoFace, Severity::Warning,
          summary_.face ? fmt::format("No face is seen {} ({:.1f} s in all).", from_to(faceless.longest),
                                      to_seconds(faceless.total))
                        : std::string("No face is seen in the whole take."),
          "Sit in front of the camera and look into it.", faceless.longest);
    }
    if (!summary_.face) return;
    const FaceFacts& face = *summary_.face;
    double x = (face.box.left + face.box.right) / 2;
    double y = (face.box.top + face.box.bottom) / 2;
    if (face.size < kSmallFace) {
      add(Fault::FaceTooSmall, Severity::Warning,
          fmt::format("The face is small: {:.0f} % of the picture's shorter side, wanted {:.0f} or more.",
                      100 * face.size, 100 * kSmallFace),
          "Move closer to the camera.");
    }
    if (cut_share() >= kCutShare) {
      add(Fault::FaceCutOff, Severity::Warning,
          fmt::format("The face is cut off by the picture's edge in {:.0f} % of the time, wanted less than {:.0f} %.",
                      100 * cut_share(), 100 * kCutShare),
          "Move back, or turn the camera until your whole head is in the picture.");
    } else if (std::abs(x - 0.5) > kFarFromMiddle || y > kLow) {
      add(Fault::FaceOffCentre, Severity::Warning,
          y > kLow
              ? fmt::format("The face is low: its middle at {:.0f} % of the picture's height, wanted {:.0f} or "
                            "less.",
                            100 * y, 100 * kLow)
              : fmt::format("The face is off the middle by {:.0f} % of the picture's width, wanted {:.0f} or less.",
                            100 * std::abs(x - 0.5), 100 * kFarFromMiddle),
          y > kLow ? "Tilt the camera down." : "Move to the middle, or turn the camera towards you.");
    }
  }

  double cut_share() const {
    int faces = 0;
    int cut = 0;
    for (const PictureFacts& picture : pictures_) {
      if (!picture.face) continue;
      ++faces;
      cut += is_cut(picture.face->box) ? 1 : 0;
    }
    return faces == 0 ? 0 : static_cast<double>(cut) / faces;
  }

  const std::deque<PictureFacts>& pictures_;
  Microseconds end_;
  Microseconds start_;
  PictureSummary summary_;
  TakeFindings findings_;
};

}  // namespace

TakeFindings picture_findings(const std::deque<PictureFacts>& pictures, Microseconds end, Shows shows) {
  if (pictures.empty()) return {};
  TakeFindings findings = Judge(pictures, end).judge();
  if (shows == Shows::Screen)
    std::erase_if(findings, [](const auto& finding) { return finding.fault != Fault::Black; });
  return findings;
}

}  // namespace candid::capture
