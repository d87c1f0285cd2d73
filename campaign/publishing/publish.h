#pragma once
// Messages into the store and the ledger, each behind its own link.

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "campaign/decisions.h"
#include "campaign/job.h"
#include "campaign/plan.h"
#include "campaign/workspace.h"
#include "core/time.h"
#include "track/ledger/ledger.h"
#include "upload/store.h"

namespace candid::campaign {

struct PublishedLink {
  size_t candidate = 0;  // index into Job::roster.candidates
  std::string message_id{};
  std::string url{};
  bool is_new = false;           // else the link that an earlier run gave out
  std::optional<Error> error{};  // this message is not published
  std::string video_ref{};       // what the server calls its video
};

// A message that stays back; a link that it has from before still opens.
struct HeldMessage {
  size_t candidate = 0;  // index into Job::roster.candidates
  std::string message_id;
  std::string reason;
};

struct PublishReport {
  std::vector<PublishedLink> links{};  // in the roster's order
  std::vector<HeldMessage> held{};
  uint64_t bytes_sent = 0;
  uint64_t bytes_there_already = 0;
  size_t links_over = 0;             // of candidates in the plan, by the terms of their links: they open nothing
  size_t links_of_others = 0;        // in links.csv, of candidates who are not in the plan; they still open
  size_t links_of_erased = 0;        // the same, of such as were erased; they open nothing
  std::optional<Error> leftovers{};  // unfinished uploads of earlier runs that could not be ended
};

// While files are sent, messages whose files are there go live already; Composing (where videos are put together in a
// bucket) or Registering is what is left of that afterwards.
enum class PublishStep { Checking, Sending, Composing, Registering };

struct FileUnderWay {
  std::string label;  // whose it is, for people
  uint64_t sent = 0;
  uint64_t size = 0;
};

struct PublishProgress {
  PublishStep step = PublishStep::Checking;
  size_t items_done = 0;
  size_t items_total = 0;
  // Of files, where they are sent:
  uint64_t bytes_done = 0;
  uint64_t bytes_total = 0;
  double bytes_per_second = 0;
  std::vector<FileUnderWay> files{};
  // Candidates whose messages went live since the last call, as indices into Job::roster.candidates.
  std::vector<size_t> live{};
};

struct PublishOptions {
  int parallel = 4;     // files on their way at once; small ones of messages that are about to go live go beside them
  bool verify = false;  // asks the store for every object, whatever the journal knows of it
  // Makes new links in place of those that are over by their terms, and of those that another ledger gave out; without
  // it the first stay over, and the second end the run.
  bool new_links = false;
};

// What is borrowed by a run of publish().
struct PublishJob {
  const Job& job;
  const Plan& plan;
  const std::vector<Standing>& standings;
  const Workspace& workspace;
};

// Only messages that are not held and whose rendering is up to date go out; the message id is checked from row to
// recipe to file. Links given out before stay (out/work/publish.jsonl knows them, and out/links.csv, those of held
// messages out/links-held.csv).
//
// All rows are checked before anything is sent. Then messages go live in groups, in the roster's order: its parts and
// recipes in the store, its messages in the ledger, its links open and in links.csv, while the parts of groups after it
// are on their way. So whatever ends a run keeps what was finished before. What went wrong for one row is in its link's
// error; what concerns all is the Error, and no group is published then whose files are not all in the store.
// `progress` comes from several threads, one at a time.
Result<PublishReport> publish(const PublishJob& work, upload::Store& store, track::Ledger& ledger,
                              const PublishOptions& options,
                              const std::function<void(const PublishProgress&)>& progress, const std::stop_token& stop,
                              const Clock& clock = Clock::system());

// What publish() does in the end, whatever happened before: the lists of links as the journal knows them now. None
// before the first publish().
Result<void> list_links(const PublishJob& work);

// What publish() would do.
struct PublishPreview {
  size_t messages = 0;
  size_t held = 0;
  size_t objects_to_send = 0;
  uint64_t bytes_to_send = 0;
  uint64_t bytes_there = 0;
  size_t links_to_make = 0;              // as far as this machine knows
  size_t links_over = 0;                 // as in PublishReport
  double bytes_per_second = 0;           // of the last larger upload; 0: there was none
  std::vector<PublishedLink> unready{};  // with why they would not go out
};

}  // namespace candid::campaign
