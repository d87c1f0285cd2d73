#pragma once
// A published campaign, all that erasing and exporting reaches of it, and a look at what lies around.

#include <map>
#include <memory>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "campaign/campaign_file.h"
#include "campaign/privacy/forget.h"
#include "campaign/serving/store_library.h"
#include "core/digest.h"
#include "tests/campaign/publish_bench.h"
#include "tests/support/results.h"

namespace candid::test {

inline campaign::Campaign campaign_of(const std::filesystem::path& folder) {
  Findings findings;
  return must(campaign::read_campaign(folder, findings));
}

// What is open of it, while it lives.
struct Reached {
  explicit Reached(const PublishBench& bench)
      : campaign(campaign_of(bench.folder())),
        workspace(must(campaign::Workspace::open(bench.folder()))),
        store(bench.store()),
        ledger(bench.ledger()),
        replies(bench.data().replies()) {}

  campaign::ErasureReach reach() {
    return {.ledger = *ledger,
            .store = store.get(),
            .replies = &replies,
            .campaign = &campaign,
            .workspace = &workspace,
            .journal_folder = campaign.folder};
  }
  campaign::ErasurePlan plan(const std::string& who) {
    return must(campaign::plan_erasure(reach(), {.who = who}, Clock::system()));
  }
  campaign::Erased forget(const campaign::ErasureWish& wish) {
    return must(campaign::carry_out(reach(), must(campaign::plan_erasure(reach(), wish, Clock::system()))));
  }

  campaign::Campaign campaign;
  campaign::Workspace workspace;
  std::unique_ptr<upload::FolderStore> store;
  std::unique_ptr<track::Ledger> ledger;
  track::ReplyVideos replies;
};

class PrivacyTest : public testing::Test {
 protected:
  void publish() {
    bench.render();
    for (const campaign::PublishedLink& link : bench.publish().links) urls[link.candidate] = link.url;
  }

  // Below the campaign's folder, data included: the files that hold one of these words, and the words.
  std::set<std::string> found(const std::vector<std::string>& words) const {
    std::set<std::string> hits;
    for (const auto& path : must(files_below(bench.folder()))) {
      auto bytes = must(read_file(path));
      std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      std::string name = path.lexically_relative(bench.folder()).string();
      for (const std::string& word : words) {
        if (text.find(word) != std::string_view::npos || name.find(word) != std::string::npos)
          hits.insert(name + ": " + word);
      }
    }
    return hits;
  }

  std::map<std::string, std::string> all_files() const {
    std::map<std::string, std::string> all;
    for (const auto& path : must(files_below(bench.folder()))) {
      auto bytes = must(read_file(path));
      all[path.lexically_relative(bench.folder()).string()] = std::string(bytes.begin(), bytes.end());
    }
    return all;
  }

  // Whether the link opens and all its page shows can be read to the end.
  bool plays(const std::string& url) const {
    auto ledger = bench.ledger();
    auto link = must(ledger->find_link(sha256(campaign::token_of(url))));
    if (!link) return false;
    auto message = must(ledger->find_message(link->message_id));
    auto store = bench.store();
    campaign::FolderFiles files(*store);
    campaign::StoreLibrary library(files);
    for (const std::string& ref : {message->video_ref, message->poster_ref}) {
      if (!library.find(ref)) return false;
    }
    return message->captions_ref.empty() || library.find(message->captions_ref).has_value();
  }

  PublishBench bench;
  std::map<size_t, std::string> urls;  // by the candidate's place in the roster
};

}  // namespace candid::test
