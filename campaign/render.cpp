#include "campaign/render.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <mutex>

#include <fmt/format.h>
#include <unistd.h>

#include "campaign/manifest.h"
#include "campaign/message_maker.h"
#include "campaign/poster.h"
#include "campaign/progress_meter.h"
#include "campaign/segment_maker.h"
#include "campaign/size_budget.h"
#include "campaign/task_queue.h"
#include "core/log.h"
#include "core/suggest.h"

namespace candid::campaign {
namespace {

// What is taken up first: messages that are ready are finished, then what many wait for, then one message's segments
// after the other's.
constexpr int kFinishMessage = 0;
constexpr int kSharedWork = 1;
constexpr int kFirstMessage = 2;

// Frames of so many bytes may lie in the scratch file, so that even with little memory messages are finished one by
// one.
constexpr uint64_t kScratchBytes = uint64_t{2} << 30;

// A segment that is not there yet.
struct MissingSegment {
  size_t range = 0;  // index into Plan::ranges
  std::string key;
  size_t candidate = 0;          // one who needs it
  std::vector<size_t> messages;  // all that wait for it: indices into the pending ones
};

// Personal ranges whose frames are kept at the same time.
struct Batch {
  std::vector<size_t> ranges;
  std::atomic<size_t> left = 0;  // segments to be made
};

struct PendingMessage {
  const PlannedMessage* planned = nullptr;
  RenderOutcome* outcome = nullptr;
  std::atomic<size_t> waits_for = 0;  // segments, and the run's common parts
};

// What is left of the memory for kept frames once every thread has an encoder and a reader, which hold about 70
// pictures between them (measured at 1080p). The program itself, and the first 200 MB of pictures, are not counted.
uint64_t frame_budget(uint64_t memory, int jobs, media::FrameSize size) {
  uint64_t threads = jobs > 0 ? static_cast<uint64_t>(jobs) : std::max(1U, std::thread::hardware_concurrency());
  uint64_t picture = static_cast<uint64_t>(size.width) * static_cast<uint64_t>(size.height) * 3 / 2;
  uint64_t working = threads * 70 * picture;
  constexpr uint64_t kUncounted = 200'000'000;
  return memory - std::min(memory, working > kUncounted ? working - kUncounted : 0);
}

// One run over the messages that are not up to date.
class Rendering {
 public:
  Rendering(const Job& job, const Plan& plan, const Workspace& workspace, const RenderOptions& options,
            std::stop_token stop)
      : job_(job),
        plan_(plan),
        workspace_(workspace),
        options_(options),
        memory_(options.memory > 0 ? options.memory : default_memory()),
        budget_(frame_budget(memory_, options.jobs, job.timeline.size)),
        forward_(std::move(stop), [this] { halt_.request_stop(); }) {}

  void add(const PlannedMessage& planned, RenderOutcome& outcome) {
    PendingMessage& message = pending_.emplace_back();
    message.planned = &planned;
    message.outcome = &outcome;
    message.waits_for = 1;
    outcome.state = RenderState::Cancelled;
    for (size_t range = 0; range < planned.segments.size(); ++range) wait_for_segment(range, pending_.size() - 1);
    if (planned.greeting.empty() || workspace_.find_segment(planned.greeting)) return;
    greetings_.push_back(pending_.size() - 1);
    ++message.waits_for;
  }

  // One that is up to date.
  void skip(const PlannedMessage& planned) { ready_.push_back(planned.candidate); }

  // Fails when what all messages need cannot be made; what becomes of each message is in its outcome.
  Result<void> run(const std::function<void(const RenderProgress&)>& progress) {
    form_batches();
    ProgressMeter meter(progress, pending_.size(), work(), ready_);
    meter_ = &meter;
    segments_.emplace(TRY(SegmentMaker::create(job_, plan_, workspace_, budget_, meter, halt_.get_token())));
    if (job_.campaign.video.max_megabytes) {
      count_bytes();
    } else {
      queue_.add(kSharedWork, [this] { prepare_messages(); });
      start_encoding();
    }
    queue_.run(options_.jobs);
    if (failure_) return tl::unexpected(*failure_);
    return {};
  }

 private:
  void wait_for_segment(size_t range, size_t message) {
    const PlannedMessage& planned = *pending_[message].planned;
    const std::string& key = planned.segments[range];
    if (key.empty()) return;  // the greeting's segment has it
    auto [known, is_new] = by_key_.try_emplace(key, nullptr);
    if (is_new && !workspace_.find_segment(key)) {
      known->second = &missing_.emplace_back(MissingSegment{range, key, planned.candidate, {}});
    }
    if (known->second == nullptr) return;  // on record
    // A recurring wording within one message is one segment all the same.
    if (!known->second->messages.empty() && known->second->messages.back() == message) return;
    known->second->messages.push_back(message);
    ++pending_[message].waits_for;
  }

  // What is missing, sorted into shared work and batches of personal ranges.
  void form_batches() {
    std::map<size_t, size_t> personal;  // range → missing segments
    for (const MissingSegment& segment : missing_) {
      if (plan_.ranges[segment.range].is_personal) {
        ++personal[segment.range];
      } else {
        shared_.push_back(&segment);
      }
    }
    // The longest first, lest one long piece is left over at the end.
    std::stable_sort(shared_.begin(), shared_.end(), [&](const MissingSegment* a, const MissingSegment* b) {
      return plan_.ranges[a->range].frame_count > plan_.ranges[b->range].frame_count;
    });
    const media::FrameSize size = job_.timeline.size;
    uint64_t frame_bytes = static_cast<uint64_t>(size.width) * static_cast<uint64_t>(size.height) * 3 / 2;
    uint64_t room = 0;
    for (auto [range, count] : personal) {
      bool takes_notes = lacks_statistics(range);
      if (count > 1 || takes_notes) kept_.insert(range);
      uint64_t bytes = kept_.contains(range) ? static_cast<uint64_t>(plan_.ranges[range].frame_count) * frame_bytes : 0;
      if (batches_.empty() || bytes > room) {
        batches_.emplace_back();
        room = std::max(memory_, kScratchBytes);
      }
      room -= std::min(room, bytes);
      batches_.back().ranges.push_back(range);
      batches_.back().left += count;
    }
  }

  bool lacks_statistics(size_t range) const {
    const std::string& key = plan_.ranges[range].statistics;
    return !key.empty() && !workspace_.find_statistics(key);
  }

  double work() const {
    double sum = 0;
    for (const MissingSegment& segment : missing_) {
      const PlannedRange& range = plan_.ranges[segment.range];
      sum += static_cast<double>(range.frame_count) * (range.statistics.empty() ? 1 : kSecondPassWeight);
    }
    for (size_t range : kept_) {
      bool takes_notes = !job_.campaign.video.max_megabytes && lacks_statistics(range);
      sum += static_cast<double>(plan_.ranges[range].frame_count) * (takes_notes ? 1 : kKeepWeight);
    }
    for (size_t message : greetings_) {
      sum += static_cast<double>(job_.greetings.at(pending_[message].planned->candidate).frames);
      sum += static_cast<double>(job_.crossfade_frames) * kKeepWeight;
    }
    if (job_.campaign.video.codec != encode::Codec::H264)
      sum += static_cast<double>(pending_.size()) * static_cast<double>(job_.timeline.frames);
    if (!job_.campaign.video.max_megabytes) return sum;
    for (size_t range = 0; range < plan_.ranges.size(); ++range) {
      if (lacks_statistics(range)) sum += static_cast<double>(plan_.ranges[range].frame_count);
    }
    return sum;
  }

  void start_encoding() {
    for (const MissingSegment* segment : shared_) {
      queue_.add(kSharedWork, [this, segment] { make_shared(*segment); });
    }
    for (size_t message : greetings_) {
      queue_.add(kFirstMessage + static_cast<int>(message), [this, message] { make_greeting(message); });
    }
    start_batch(0);
  }

  void make_greeting(size_t index) {
    if (halt_.stop_requested()) return;
    const PlannedMessage& planned = *pending_[index].planned;
    auto made = segments_->make_greeting(planned.candidate, planned.greeting);
    made ? arrived(index) : fail_message(index, made.error());
  }

  // Where the size is what was asked for, all first passes and the sound come before any second pass.
  void count_bytes() {
    std::vector<size_t> ranges;
    for (size_t range = 0; range < plan_.ranges.size(); ++range) {
      if (lacks_statistics(range)) ranges.push_back(range);
    }
    counted_left_ = ranges.size() + 1;
    auto counted = [this] {
      if (--counted_left_ > 0 || halt_.stop_requested()) return;
      if (auto shared = share_bytes(); !shared) return fail_run(shared.error());
      start_encoding();
    };
    queue_.add(kSharedWork, [this, counted] {
      prepare_messages();
      counted();
    });
    for (size_t range : ranges) {
      queue_.add(kSharedWork, [this, range, counted] {
        if (halt_.stop_requested()) return;
        if (auto prepared = segments_->prepare(range, false); !prepared) return fail_run(prepared.error());
        counted();
      });
    }
  }

  Result<void> share_bytes() {
    SizeBudget shared_out = TRY(share_out(job_, plan_, workspace_, messages_->sound_bytes()));
    segments_->set_share(shared_out.share);
    meter_->set_predicted_bytes(shared_out.predicted_bytes);
    return {};
  }

  // Sound, captions and the poster's moment.
  void prepare_messages() {
    if (halt_.stop_requested()) return;
    auto poster = PosterMaker::create(job_, plan_, *segments_);
    if (!poster) return fail_run(poster.error());
    poster_.emplace(std::move(*poster));
    auto messages = MessageMaker::create(job_, workspace_, *segments_, *poster_);
    if (!messages) return fail_run(messages.error());
    messages_.emplace(std::move(*messages));
    for (size_t i = 0; i < pending_.size(); ++i) arrived(i);
  }

  void make_shared(const MissingSegment& segment) {
    if (halt_.stop_requested()) return;
    auto made = segments_->make(segment.range, segment.key, job_.roster.candidates[segment.candidate]);
    if (!made) return fail_run(made.error());
    for (size_t message : segment.messages) arrived(message);
  }

  void start_batch(size_t index) {
    if (index >= batches_.size()) return;
    for (size_t range : batches_[index].ranges) {
      queue_.add(kSharedWork, [this, index, range] { prepare_range(index, range); });
    }
  }

  void prepare_range(size_t batch, size_t range) {
    if (halt_.stop_requested()) return;
    auto prepared = segments_->prepare(range, kept_.contains(range));
    if (!prepared) return fail_run(prepared.error());
    for (const MissingSegment& segment : missing_) {
      if (segment.range != range) continue;
      queue_.add(kFirstMessage + static_cast<int>(segment.messages.front()),
                 [this, batch, &segment] { make_personal(batch, segment); });
    }
  }

  void make_personal(size_t batch, const MissingSegment& segment) {
    if (halt_.stop_requested()) return;
    auto made = segments_->make(segment.range, segment.key, job_.roster.candidates[segment.candidate]);
    for (size_t message : segment.messages) made ? arrived(message) : fail_message(message, made.error());
    if (--batches_[batch].left > 0) return;
    for (size_t range : batches_[batch].ranges) segments_->release(range);
    start_batch(batch + 1);
  }

  // One of the things a message waits for is there.
  void arrived(size_t message) {
    if (--pending_[message].waits_for > 0) return;
    queue_.add(kFinishMessage, [this, message] { finish_message(message); });
  }

  void finish_message(size_t index) {
    PendingMessage& message = pending_[index];
    if (halt_.stop_requested()) return;
    auto made = messages_->make(*message.planned);
    if (!made) return fail_message(index, made.error());
    message.outcome->state = RenderState::Rendered;
    log::info("campaign", fmt::format("rendered message {}", message.planned->id));
    meter_->message_done(message.planned->candidate, false);
  }

  void fail_message(size_t index, const Error& error) {
    if (error.kind() == ErrorKind::Cancelled) return;
    std::lock_guard lock(mutex_);
    RenderOutcome& outcome = *pending_[index].outcome;
    if (outcome.error) return;  // of another segment, told already
    outcome.state = RenderState::Failed;
    outcome.error = error;
    if (error.kind() == ErrorKind::NoSpace) halt_.request_stop();
    meter_->message_done(outcome.candidate, true);
  }

  // What all messages wait for cannot be made.
  void fail_run(const Error& error) {
    std::lock_guard lock(mutex_);
    if (!failure_ && error.kind() != ErrorKind::Cancelled) failure_ = error;
    halt_.request_stop();
  }

  const Job& job_;
  const Plan& plan_;
  const Workspace& workspace_;
  const RenderOptions& options_;
  const uint64_t memory_;
  media::MemoryBudget budget_;
  // A stop asked for from outside, a full disk and a failure of what is shared end the run the same way.
  std::stop_source halt_;
  std::stop_callback<std::function<void()>> forward_;

  std::deque<PendingMessage> pending_;
  std::deque<MissingSegment> missing_;             // in the order of the messages
  std::map<std::string, MissingSegment*> by_key_;  // null: on record
  std::vector<const MissingSegment*> shared_;
  std::vector<size_t> ready_;      // candidates whose videos are up to date
  std::vector<size_t> greetings_;  // pending messages whose own opening is missing
  std::deque<Batch> batches_;
  std::set<size_t> kept_;  // ranges whose frames are kept while their segments are made

  std::atomic<size_t> counted_left_ = 0;  // first passes, and the sound

  TaskQueue queue_;
  ProgressMeter* meter_ = nullptr;
  std::optional<SegmentMaker> segments_;
  std::optional<PosterMaker> poster_;
  std::optional<MessageMaker> messages_;
  std::mutex mutex_;
  std::optional<Error> failure_;
};

bool is_up_to_date(const Job& job, const Workspace& workspace, const PlannedMessage& message) {
  std::optional<encode::Recipe> recipe = workspace.find_recipe(message.id);
  if (!recipe || recipe->key != message.key || !workspace.has_parts(*recipe)) return false;
  std::filesystem::path file = workspace.folder() / message.file_name;
  std::error_code code;
  if (std::filesystem::file_size(file, code) != recipe->size) return false;
  if (!recipe->captions.empty() && !std::filesystem::is_regular_file(file.replace_extension(".vtt"), code))
    return false;
  return !job.campaign.video.previews || (std::filesystem::is_regular_file(file.replace_extension(".gif"), code) &&
                                          std::filesystem::is_regular_file(file.replace_extension(".webp"), code));
}

Result<std::vector<const PlannedMessage*>> choose(const Job& job, const Plan& plan,
                                                  const std::optional<std::string>& only) {
  std::vector<const PlannedMessage*> chosen;
  std::vector<std::string> ids;
  for (const PlannedMessage& message : plan.messages) {
    const std::string& id = job.roster.candidates[message.candidate].id;
    ids.push_back(id);
    if (!only || *only == id) chosen.push_back(&message);
  }
  if (only && chosen.empty()) {
    std::string near = closest(*only, ids);
    return fail(ErrorKind::InvalidInput, fmt::format("no candidate has the id \"{}\"", *only),
                near.empty() ? "candid proof lists the ids" : fmt::format("did you mean \"{}\"?", near));
  }
  return chosen;
}

Workspace::Kept needed_by(const Plan& plan) {
  Workspace::Kept kept;
  for (const PlannedMessage& message : plan.messages) {
    kept.messages.insert(message.id);
    kept.segments.insert(message.segments.begin(), message.segments.end());
    kept.segments.insert(message.greeting);
  }
  for (const PlannedRange& range : plan.ranges) kept.statistics.insert(range.statistics);
  return kept;
}

}  // namespace

uint64_t default_memory() {
  auto pages = ::sysconf(_SC_PHYS_PAGES);
  auto page = ::sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page <= 0) return uint64_t{1} << 30;
  return static_cast<uint64_t>(pages) * static_cast<uint64_t>(page) / 4;
}

Result<std::vector<RenderOutcome>> render(const Job& job, const Plan& plan, const Workspace& workspace,
                                          const RenderOptions& options,
                                          const std::function<void(const RenderProgress&)>& progress,
                                          std::stop_token stop) {
  std::vector<const PlannedMessage*> chosen = TRY(choose(job, plan, options.only));
  std::vector<RenderOutcome> outcomes;
  for (const PlannedMessage* message : chosen) {
    outcomes.push_back(
        {message->candidate, message->id, workspace.folder() / message->file_name, RenderState::Unchanged, {}});
  }
  Rendering rendering(job, plan, workspace, options, std::move(stop));
  bool is_needed = false;
  for (size_t i = 0; i < chosen.size(); ++i) {
    if (is_up_to_date(job, workspace, *chosen[i])) {
      rendering.skip(*chosen[i]);
      continue;
    }
    rendering.add(*chosen[i], outcomes[i]);
    is_needed = true;
  }
  if (is_needed) TRY_VOID(rendering.run(progress));

  TRY_VOID(write_manifest(job, plan, workspace, outcomes));
  // A rejected row may come back tomorrow, and its video with it.
  bool complete = !options.only && job.roster.rejected.empty() &&
                  std::all_of(outcomes.begin(), outcomes.end(), [](const RenderOutcome& outcome) {
                    return outcome.state == RenderState::Rendered || outcome.state == RenderState::Unchanged;
                  });
  if (complete) TRY_VOID(workspace.prune(needed_by(plan)));
  return outcomes;
}

}  // namespace candid::campaign
