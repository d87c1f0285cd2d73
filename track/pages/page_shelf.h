#pragma once
// Pages that were made before: all that differs from one load of a page to the next is filled in anew, and the rest is
// kept. Internal to track.

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "core/error.h"
#include "track/message.h"
#include "track/pages/page.h"

namespace candid::track {

class PageForm;  // a page with gaps

// Thread-safe.
class PageShelf {
 public:
  static constexpr size_t kPages = 2000;

  explicit PageShelf(size_t most_pages = kPages);
  ~PageShelf();

  // What render_message_page() gives for the same.
  Result<std::string> render(const MessageRecord& message, const PageRequest& request);
  size_t pages() const;

 private:
  // All that a page is made of. A page that was kept is given out only where all of it is the same.
  struct Entry {
    MessageRecord message;
    PageRequest request;  // with marks for what differs from load to load
    std::shared_ptr<const PageForm> form;
  };
  using Entries = std::list<Entry>;

  PageRequest with_marks(const PageRequest& request) const;
  std::shared_ptr<const PageForm> find(const MessageRecord& message, const PageRequest& marked);
  void keep(Entry entry);

  const size_t most_pages_;
  const PageRequest marks_;  // random: no message can hold them
  mutable std::mutex mutex_;
  Entries entries_;  // the latest used first
  std::unordered_multimap<std::string, Entries::iterator> by_message_;
};

}  // namespace candid::track
