#include "campaign/preview.h"

#include <utility>

#include <fmt/format.h>

#include "campaign/moment.h"

namespace candid::campaign {

Preview::Preview(Job job) : job_(std::move(job)) {}
Preview::Preview(Preview&&) noexcept = default;
Preview& Preview::operator=(Preview&&) noexcept = default;
Preview::~Preview() = default;

void Preview::change(Job job) {
  job_ = std::move(job);
  has_old_layers_ = true;
}

Result<void> Preview::go_to(int64_t number) {
  const Microseconds time = job_.timeline.time_of(number);
  Source wanted{job_.take_digest, job_.pictures(number, 1)};
  bool is_there = moment_ && wanted == source_;
  if (is_there && !has_old_layers_) return {};
  media::Frame frame = is_there ? moment_->frame.share() : TRY(take_frame(job_, number));
  overlay::Composition shared = TRY(shared_layers(job_, time));
  moment_ = std::make_unique<Moment>(Moment{time, std::move(frame), std::move(shared)});
  source_ = std::move(wanted);
  has_old_layers_ = false;
  return {};
}

Result<PreviewPicture> Preview::picture(size_t candidate, Microseconds moment) {
  const std::vector<Candidate>& candidates = job_.roster.candidates;
  if (candidate >= candidates.size()) {
    return fail(ErrorKind::NotFound,
                fmt::format("candidate {} is not among the roster's {}", candidate + 1, candidates.size()));
  }
  TRY_VOID(go_to(job_.timeline.frame_at(moment)));
  DrawnMoment drawn = TRY(draw_moment(job_, *moment_, candidates[candidate]));
  Findings findings = moment_->shared.findings();
  findings.insert(findings.end(), std::make_move_iterator(drawn.findings.begin()),
                  std::make_move_iterator(drawn.findings.end()));
  return PreviewPicture{std::move(drawn.frame), moment_->time, std::move(findings)};
}

}  // namespace candid::campaign
