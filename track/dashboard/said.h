#pragma once
// What a candidate said back on their page, read from the events.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/time.h"
#include "track/evidence/event.h"

namespace candid::track {

// For a list: how much there is.
struct SaidSummary {
  int replies = 0;                  // in words or by video
  std::string reaction{};           // the latest; empty: none
  std::optional<UtcTime> latest{};  // of anything that was said
  bool wants_data = false;          // a copy of what is known
  bool wants_erasure = false;
  bool needs_answer() const { return replies > 0 || wants_data || wants_erasure; }
};

struct Reply {
  UtcTime at{};
  std::string text{};      // or
  std::string video_id{};  // reply_videos.h
};

struct SaidInFull {
  SaidSummary summary{};
  std::vector<Reply> replies{};  // the latest first, of many the latest kMostReplies
  std::optional<UtcTime> asked_for_data{};
  std::optional<UtcTime> asked_for_erasure{};
};

inline constexpr size_t kMostReplies = 100;

// Over all of the candidate's links; the recruiter's own say nothing.
SaidSummary sum_up_said(std::span<const LinkHistory> histories);
SaidInFull read_said(std::span<const LinkHistory> histories);

}  // namespace candid::track
