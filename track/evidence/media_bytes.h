#pragma once
// How much of a video was sent, by what the server saw of its transfers.

#include <cstdint>
#include <vector>

#include "track/evidence/event.h"
#include "track/evidence/seen_time.h"

namespace candid::track {

// Adds to a Media event, as this server makes them, how many bytes have left once its transfer is over.
void note_sent(Event& media, uint64_t bytes);

// Of one page load. Never less than was sent: which end belongs to which of several transfers at once is not known of
// older ledgers' events.
class MediaBytes {
 public:
  // Media and MediaEnd; others are nothing to it, and neither are other files than the video.
  void add(const Event& event);
  void add(const MediaBytes& other);

  // 0 to 1: each byte once, however often it was sent. Where what a transfer has sent is not known, all that it asked
  // for is allowed, up to what the ends that stand apart tell.
  double fraction() const;

 private:
  bool is_nothing() const;

  struct Part {
    double first = 0;
    double length = 0;  // 0: to the end
  };
  std::vector<Part> sent_parts_;  // of transfers whose event tells what was sent
  std::vector<Part> asked_;       // of the others
  size_t ended_ = 0;
  double sent_ = 0;
  double size_ = 0;
};

}  // namespace candid::track
