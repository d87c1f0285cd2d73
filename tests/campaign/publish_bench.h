#pragma once
// A rendered campaign, a store of its own, and publishing between them.

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "campaign/destination.h"
#include "campaign/preflight.h"
#include "campaign/publishing/link_book.h"
#include "campaign/publishing/publish.h"
#include "campaign/publishing/publish_preview.h"
#include "tests/campaign/workbench.h"
#include "upload/folder_store.h"

namespace candid::test {

// Counts what is asked of a store, and may fail or refuse on the way.
class WatchedStore final : public upload::Store {
 public:
  explicit WatchedStore(upload::Store& inner) : inner_(inner) {}

  std::atomic<int> looks = 0;
  std::atomic<int> puts = 0;
  std::atomic<int> gets = 0;
  // Asked before each put, with its number from 0; an Error is the answer, and nothing is stored.
  std::function<Result<void>(std::string_view name, int number)> before_put;

  Result<std::optional<uint64_t>> size_of(std::string_view name) override {
    ++looks;
    return inner_.size_of(name);
  }
  Result<void> put(std::string_view name, std::span<const uint8_t> bytes) override {
    int number = puts++;
    if (before_put) TRY_VOID(before_put(name, number));
    return inner_.put(name, bytes);
  }
  Result<void> put_file(std::string_view name, const std::filesystem::path& file,
                        const upload::PutOptions& options) override {
    int number = puts++;
    if (before_put) TRY_VOID(before_put(name, number));
    return inner_.put_file(name, file, options);
  }
  Result<std::vector<uint8_t>> get(std::string_view name) override {
    ++gets;
    return inner_.get(name);
  }
  Result<void> get_file(std::string_view name, const std::filesystem::path& file) override {
    ++gets;
    return inner_.get_file(name, file);
  }
  Result<void> remove(std::string_view name) override { return inner_.remove(name); }
  // It is the same place, watched or not.
  std::string describe() const override { return inner_.describe(); }

 private:
  upload::Store& inner_;
};

class SetClock final : public Clock {
 public:
  UtcTime time = Clock::system().now();
  UtcTime now() const override { return time; }
};

class PublishBench : public Workbench {
 public:
  // A campaign of so many candidates whose videos are tiny and have nothing of each in the picture.
  void render_many(size_t candidates);

  campaign::DataFolder data() const {
    must(make_folder(folder() / "data"));
    return {folder() / "data"};
  }
  std::unique_ptr<upload::FolderStore> store() const { return must(upload::FolderStore::open(data().store())); }
  std::unique_ptr<track::Ledger> ledger(const Clock& clock = Clock::system()) const {
    return must(track::open_sqlite_ledger(data().ledger(), clock));
  }

  Result<campaign::PublishReport> publish_to(upload::Store& store, const campaign::PublishOptions& options = {},
                                             const std::stop_token& stop = {}, const Clock& clock = Clock::system()) {
    auto to = ledger();
    return publish_to(store, *to, options, stop, clock);
  }
  Result<campaign::PublishReport> publish_to(upload::Store& store, track::Ledger& ledger,
                                             const campaign::PublishOptions& options = {},
                                             const std::stop_token& stop = {}, const Clock& clock = Clock::system()) {
    campaign::Job ready = job();
    campaign::Plan plan = must(campaign::make_plan(ready));
    auto workspace = must(campaign::Workspace::open(folder()));
    auto standing = standings(ready);
    return campaign::publish({ready, plan, standing, workspace}, store, ledger, options, {}, stop, clock);
  }
  campaign::PublishReport publish(const campaign::PublishOptions& options = {}) {
    return must(publish_to(*store(), options));
  }
  Result<campaign::PublishPreview> preview(upload::Store* store, track::Ledger* ledger = nullptr,
                                           const campaign::PublishOptions& options = {},
                                           const Clock& clock = Clock::system()) {
    campaign::Job ready = job();
    campaign::Plan plan = must(campaign::make_plan(ready));
    auto workspace = must(campaign::Workspace::open(folder()));
    auto standing = standings(ready);
    return campaign::preview_publish({ready, plan, standing, workspace}, store, ledger, options, {}, {}, clock);
  }

  std::string links() const { return must(read_text_file(out() / "links.csv")); }
  std::map<std::string, campaign::BookedLink> booked() const {
    return campaign::read_links({out() / "links.csv", out() / "links-held.csv"});
  }
  std::filesystem::path journal() const { return out() / "work/publish.jsonl"; }
  // [publish] of the campaign, with these lines.
  void write_publish(const std::string& lines) const { write("campaign.toml", kToml + "[publish]\n" + lines); }
  // The link's record in the ledger; nothing where it opens nothing.
  std::optional<track::LinkRecord> record_of(const std::string& url) const;

 private:
  std::vector<campaign::Standing> standings(const campaign::Job& ready) const {
    Findings findings;
    campaign::Decisions decisions = must(campaign::read_decisions(campaign::decisions_file(folder()), findings));
    return must(campaign::standings(ready, decisions, campaign::preflight(ready.campaign, ready.roster)));
  }
};

}  // namespace candid::test
