#pragma once
// Which message is made of which frames, and the keys by which equal work is recognised.

#include <cstdint>
#include <string>
#include <vector>

#include "campaign/job.h"
#include "core/error.h"

namespace candid::campaign {

// A run of frames that is encoded as one segment: the same one for every message, or one for each wording.
struct PlannedRange {
  int64_t first_frame = 0;
  int64_t frame_count = 0;
  bool is_personal = false;
  std::vector<size_t> layers;  // that show in it, by index, lowest first
  // Key of the first pass that all segments of the range share: of a personal range that differs between messages, and
  // of every range where bytes are counted (max_mb). Empty: constant quality.
  std::string statistics;
};

struct PlannedMessage {
  std::string id;         // names the message in files, links, mails and logs; from campaign id and candidate id
  size_t candidate = 0;   // index into Job::roster.candidates
  std::string file_name;  // of the MP4 below out/
  // A range each, but none where a codec is rendered whole: hash of all that the segment's bytes depend on. Equal keys,
  // equal bytes, one encoding. Empty: the greeting's segment holds the range's frames, blended with its own.
  std::vector<std::string> segments;
  std::string greeting;  // key of the segment before them all; empty: none
  std::string key;       // of the whole message
};

struct Plan {
  std::vector<PlannedRange> ranges;      // in order; together every frame once
  std::vector<PlannedMessage> messages;  // in the roster's order
};

// The layers that lie over greetings as well: those that all candidates see throughout, as a logo.
std::vector<size_t> layers_over_greetings(const Job& job);

// Reads the take, pictures and fonts once, for their hashes.
Result<Plan> make_plan(const Job& job);

std::string message_id(const std::string& campaign_id, const std::string& candidate_id);

// The moments at which each personal layer is fully shown, without repeats, earliest first; a moment early in the video
// when no layer is personal. What a proof looks at.
std::vector<Microseconds> personal_moments(const Job& job);

}  // namespace candid::campaign
