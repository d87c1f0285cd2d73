#pragma once
// One candidate's picture at one moment of the finished video, before there is one: for a window that shows it while
// somebody changes the look, or goes through the roster.

#include <memory>
#include <string>

#include "campaign/job.h"
#include "core/error.h"
#include "core/finding.h"
#include "media/frame.h"
#include "media/video_reader.h"

namespace candid::campaign {

struct Moment;

struct PreviewPicture {
  // What render() encodes there, at the video's own size: where words wrap and how far they shrink depends on it, so a
  // smaller picture is this one scaled down (media/screen_picture.h).
  media::Frame frame;
  Microseconds time{0};  // where the frame begins
  // Of drawing: text that is cut, characters without a font, covered faces; first of what all candidates see, then of
  // this one's words, by the roster's row.
  Findings findings;
};

// Keeps the take's last picture, so that neither another candidate nor another look decodes it again. One thread at a
// time; it need not be the same one.
class Preview {
 public:
  // Owns the job, as a window loads it anew after each edit. Layers stand where render() puts them once find_faces()
  // has seen the job.
  explicit Preview(Job job);
  Preview(Preview&&) noexcept;
  Preview& operator=(Preview&&) noexcept;
  ~Preview();

  // The campaign as it is after an edit.
  void change(Job job);
  const Job& job() const { return job_; }

  // `candidate` is an index into the roster; NotFound where it has no such row. `moment` counts from the beginning of
  // what all candidates see, as in a proof: a greeting comes before that, and is a clip of its own (Job::greetings).
  // While a greeting fades into the take, the picture is the one without the fade. Moments beyond the video show its
  // first or last frame.
  Result<PreviewPicture> picture(size_t candidate, Microseconds moment);

 private:
  // What the take's picture depends on.
  struct Source {
    std::string take_digest;
    media::VideoRequest request;
    bool operator==(const Source&) const = default;
  };
  Result<void> go_to(int64_t number);

  Job job_;
  Source source_;                   // of the last moment
  std::unique_ptr<Moment> moment_;  // the last one; null before the first
  bool has_old_layers_ = false;     // the moment's layers are those of an earlier job
};

}  // namespace candid::campaign
