#include "track/dashboard/campaign_cache.h"

#include <algorithm>

#include <fmt/format.h>

namespace candid::track {
namespace {

// To a ledger that may be on another machine, at once.
constexpr int kQuestions = 4;

tl::unexpected<Error> not_published(const std::string& campaign_id) {
  return fail(ErrorKind::NotFound, fmt::format("nothing of the campaign \"{}\" is published", campaign_id));
}

}  // namespace

std::shared_ptr<CampaignCache::Entry> CampaignCache::entry_of(const std::string& campaign_id) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<Entry>& entry = entries_[campaign_id];
  if (!entry) entry = std::make_shared<Entry>();
  entry->asked = ++asked_;
  return entry;
}

CampaignCache::View CampaignCache::fresh_view(const Entry& entry) const {
  const std::string edition = updates_.edition();
  std::lock_guard lock(mutex_);
  if (!entry.view) return nullptr;
  const auto age = std::chrono::steady_clock::now() - entry.read_at;
  const auto pause = entry.took * limits_.pause;
  const bool has_news = entry.view->edition != edition || age >= limits_.longest_age;
  return has_news && age >= pause ? nullptr : entry.view;
}

CampaignCache::View CampaignCache::last_view(const Entry& entry) const {
  std::lock_guard lock(mutex_);
  return entry.view;
}

CampaignCache::View CampaignCache::known(const std::string& campaign_id) {
  std::shared_ptr<Entry> entry;
  {
    std::lock_guard lock(mutex_);
    auto found = entries_.find(campaign_id);
    if (found == entries_.end()) return nullptr;
    entry = found->second;
  }
  return fresh_view(*entry);
}

Result<CampaignCache::View> CampaignCache::view(const std::string& campaign_id) {
  const std::shared_ptr<Entry> entry = entry_of(campaign_id);
  View view = TRY(some_view(campaign_id, *entry));
  return checked(campaign_id, *entry, std::move(view));
}

Result<CampaignCache::View> CampaignCache::some_view(const std::string& campaign_id, Entry& entry) {
  if (View fresh = fresh_view(entry)) return fresh;
  std::unique_lock reading(entry.reading, std::try_to_lock);
  if (!reading.owns_lock()) {
    if (View last = last_view(entry)) return last;
    reading.lock();  // the first time there is nothing to show meanwhile
    if (View fresh = fresh_view(entry)) return fresh;
  }
  return read(campaign_id, entry);
}

Result<CampaignCache::View> CampaignCache::view_now(const std::string& campaign_id) {
  const std::shared_ptr<Entry> entry = entry_of(campaign_id);
  std::unique_lock reading(entry->reading);
  View view = TRY(read(campaign_id, *entry));
  reading.unlock();
  return checked(campaign_id, *entry, std::move(view));
}

Result<CampaignCache::View> CampaignCache::checked(const std::string& campaign_id, Entry& entry, View view) {
  std::string erasures = TRY(ledger_.erasure_mark());  // before looking who is left: the next one is found then
  if (erasures == view->erasures) return view;
  std::vector<MessageRecord> messages = TRY(ledger_.messages(campaign_id));
  if (messages.empty()) {
    forget(campaign_id, entry);
    return not_published(campaign_id);
  }
  CampaignView made = without_erased(*view, messages);
  made.erasures = std::move(erasures);
  View left = std::make_shared<const CampaignView>(std::move(made));
  std::lock_guard lock(mutex_);
  if (entry.view == view) entry.view = left;  // else it was read anew meanwhile
  return left;
}

void CampaignCache::drop_erased() {
  std::map<std::string, std::shared_ptr<Entry>> entries;
  {
    std::lock_guard lock(mutex_);
    entries = entries_;
  }
  for (const auto& [campaign_id, entry] : entries) {
    // Where the ledger does not answer, it is asked again at the next look, and before anything is shown.
    if (View view = last_view(*entry)) checked(campaign_id, *entry, std::move(view));
  }
}

void CampaignCache::forget(const std::string& campaign_id, const Entry& entry) {
  std::lock_guard lock(mutex_);
  auto found = entries_.find(campaign_id);
  if (found != entries_.end() && found->second.get() == &entry) entries_.erase(found);
}

Result<CampaignCache::View> CampaignCache::read(const std::string& campaign_id, Entry& entry) {
  const auto began = std::chrono::steady_clock::now();
  std::string edition = updates_.edition();  // before reading: what comes meanwhile is news
  auto erasures = ledger_.erasure_mark();
  std::vector<SaidSummary> said;
  std::mutex said_mutex;
  EvidenceReading reading{kQuestions, [this](std::string_view ref) { return media_.is_served_here(ref); }};
  reading.look = [&](size_t message, std::span<const LinkHistory> histories) {
    SaidSummary summary = sum_up_said(histories);
    std::lock_guard lock(said_mutex);
    if (said.size() <= message) said.resize(message + 1);
    said[message] = std::move(summary);
  };
  auto evidence = erasures ? read_evidence(ledger_, campaign_id, reading) : tl::unexpected(erasures.error());
  if (!evidence || evidence->messages.empty()) {
    std::lock_guard lock(mutex_);
    // What is not there must not pile up; and what was there may be erased by now.
    if (evidence || !entry.view) entries_.erase(campaign_id);
    if (!evidence) return tl::unexpected(evidence.error());
    return not_published(campaign_id);
  }
  said.resize(evidence->messages.size());
  CampaignView made = make_view(campaign_id, std::move(*evidence), std::move(said));
  made.edition = std::move(edition);
  made.erasures = std::move(*erasures);
  View view = std::make_shared<const CampaignView>(std::move(made));
  std::lock_guard lock(mutex_);
  entry.view = view;
  entry.read_at = std::chrono::steady_clock::now();
  entry.took = entry.read_at - began;
  drop_oldest();
  return view;
}

void CampaignCache::drop_oldest() {
  auto candidates_of = [](const auto& named) { return named.second->view ? named.second->view->rows.size() : 0; };
  size_t all = 0;
  for (const auto& named : entries_) all += candidates_of(named);
  while (all > limits_.candidates && entries_.size() > 1) {
    auto oldest = std::min_element(entries_.begin(), entries_.end(),
                                   [](const auto& a, const auto& b) { return a.second->asked < b.second->asked; });
    all -= candidates_of(*oldest);
    entries_.erase(oldest);  // who is reading it has a share in it
  }
}

}  // namespace candid::track
