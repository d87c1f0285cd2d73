#include "campaign/prepared.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "campaign/destination.h"
#include "campaign/faces.h"
#include "campaign/preflight.h"
#include "campaign/privacy/erased_rows.h"
#include "campaign/privacy/erasure_journal.h"
#include "campaign/privacy/unknown_receipts.h"

namespace candid::campaign {
namespace {

// A stop that comes by itself after some seconds, and with the user's.
class ShortStop {
 public:
  explicit ShortStop(const std::stop_token& stop)
      : passed_on_(stop, [this] { source_.request_stop(); }), clock_([this](const std::stop_token& over) {
          std::mutex mutex;
          std::condition_variable_any ended;
          std::unique_lock lock(mutex);
          ended.wait_for(lock, over, std::chrono::seconds(5), [] { return false; });
          if (!over.stop_requested()) source_.request_stop();
        }) {}
  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::stop_callback<std::function<void()>> passed_on_;
  std::jthread clock_;  // last, so that it ends first
};

class Preparation {
 public:
  Preparation(Job& job, const PrepareSettings& settings, const PrepareListener& listener, const std::stop_token& stop)
      : job_(job), settings_(settings), listener_(listener), stop_(stop) {}

  // Nobody is left: the error. What the ledger itself had to say against it goes to no_answer().
  Result<void> hold_who_was_erased() {
    Places places = places_of(job_.campaign.publish, {settings_.data});
    if (!has_ledger(places)) return {};
    bool may_fail = settings_.asked == AskedLedger::IfItAnswers && !places.ledger.empty();
    auto held = may_fail ? ask(places, ShortStop(stop_).token()) : ask(places, stop_);
    if (!held && may_fail) {
      listener_.note(fmt::format("note: whether somebody of these was erased is not known yet ({}); publishing asks.",
                                 held.error().message()));
      return {};
    }
    if (!held && settings_.asked == AskedLedger::IfItAnswers) return tl::unexpected(held.error());
    if (!held) {
      no_answer_ = held.error();
      return {};
    }
    if (*held == 0 || !job_.roster.candidates.empty()) return {};
    listener_.nobody_left(job_.roster);
    return fail(ErrorKind::InvalidInput, "nobody is left who may get a video", "add rows of others to the roster");
  }

  void tell_begun_erasure() const {
    std::error_code code;
    if (!std::filesystem::exists(ErasureJournal(job_.campaign.folder).begun_file(), code)) return;
    listener_.note(
        fmt::format("note: an erasure was begun here and is not done: candid forget {} CANDIDATE goes on with it.",
                    job_.campaign.folder.string()));
  }

  const std::optional<Error>& no_answer() const { return no_answer_; }

 private:
  // How many rows were held. An older ledger, which would have to be brought up to date first, knows of nobody.
  Result<size_t> ask(const Places& places, const std::stop_token& stop) {
    auto ledger = look_into_ledger(places, stop);
    if (!ledger && ledger.error().kind() == ErrorKind::Unsupported) return 0;
    if (!ledger) return tl::unexpected(ledger.error());
    auto unknown = unknown_receipts(job_.campaign.folder, *ledger->ledger);
    if (unknown && !unknown->empty()) tell_unknown(*unknown);
    return hold_erased(job_, *ledger->ledger);
  }

  void tell_unknown(const std::vector<std::string>& receipts) const {
    listener_.note(fmt::format(
        "note: the ledger does not know {} {} whose receipts lie in {}, {} among them: an older copy of it was put "
        "back, and who was erased since is in it again. Forget them again (docs/privacy.md).",
        receipts.size(), receipts.size() == 1 ? "erasure" : "erasures", (job_.campaign.folder / "erasures").string(),
        receipts.front()));
  }

  Job& job_;
  const PrepareSettings& settings_;
  const PrepareListener& listener_;
  const std::stop_token& stop_;
  std::optional<Error> no_answer_;
};

}  // namespace

Result<Prepared> prepare(Job job, const PrepareSettings& settings, const PrepareListener& listener,
                         const std::stop_token& stop) {
  if (!settings.server.empty()) job.campaign.publish.server = settings.server;
  Preparation preparation(job, settings, listener, stop);
  TRY_VOID(preparation.hold_who_was_erased());
  preparation.tell_begun_erasure();
  auto workspace = TRY(Workspace::open(job.campaign.folder));
  TRY_VOID(find_faces(job, workspace, stop));
  auto plan = TRY(make_plan(job));
  return Prepared{std::move(job), std::move(workspace), std::move(plan), preparation.no_answer()};
}

Result<std::vector<Standing>> standings_of(const Prepared& work, const Decisions& decisions) {
  return standings(work.job, decisions, preflight(work.job.campaign, work.job.roster));
}

}  // namespace candid::campaign
