#include "track/pages/page_shelf.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "core/encoding.h"
#include "core/random.h"
#include "track/pages/page_assets.h"

namespace candid::track {
namespace {

constexpr size_t kMarkBits = 128;
// Shorter ones are as well kept with the page.
constexpr size_t kSharedAsset = 256;
constexpr size_t kGaps = 6;

// What differs from load to load. Nothing else of a request may be filled in: it is compared.
std::array<std::string*, kGaps> gaps_of(PageRequest& request) {
  return {&request.token,        &request.style_nonce, &request.ticket.session,
          &request.ticket.nonce, &request.media_grant, &request.preview_grant};
}

std::array<const std::string*, kGaps> gaps_of(const PageRequest& request) {
  return {&request.token,        &request.style_nonce, &request.ticket.session,
          &request.ticket.nonce, &request.media_grant, &request.preview_grant};
}

PageRequest make_marks() {
  PageRequest marks;
  for (std::string* gap : gaps_of(marks)) *gap = random_token(kMarkBits);
  return marks;
}

bool is_inlined(std::string_view name) {
  return name.ends_with(".css") || name.ends_with(".js");
}

}  // namespace

class PageForm {
 public:
  // `html` was made with the marks.
  PageForm(std::string_view html, const PageRequest& marks) {
    std::vector<Piece> found;
    auto find_all = [&](std::string_view text, size_t gap) {
      for (size_t at = html.find(text); at != std::string_view::npos; at = html.find(text, at + text.size())) {
        found.push_back({at, text, gap});
      }
    };
    const auto gaps = gaps_of(marks);
    for (size_t gap = 0; gap < kGaps; ++gap) find_all(*gaps[gap], gap);
    // Styles and scripts are most of a page, and the same in all.
    for (const auto& [name, content] : page_assets()) {
      if (is_inlined(name) && content.size() >= kSharedAsset) find_all(content, kShared);
    }
    std::sort(found.begin(), found.end(), [](const Piece& a, const Piece& b) { return a.at < b.at; });
    cut(html, found);
  }

  std::string fill(const PageRequest& request) const {
    std::array<std::string, kGaps> values;
    const auto gaps = gaps_of(request);
    for (size_t gap = 0; gap < kGaps; ++gap) values[gap] = escape_html(*gaps[gap]);
    size_t length = own_.size();
    for (const Piece& piece : pieces_) length += piece.gap < kGaps ? values[piece.gap].size() : piece.text.size();
    std::string html;
    html.reserve(length);
    size_t done = 0;
    for (const Piece& piece : pieces_) {
      html.append(own_, done, piece.at - done);
      done = piece.at;
      html += piece.gap < kGaps ? std::string_view(values[piece.gap]) : piece.text;
    }
    html.append(own_, done);
    return html;
  }

 private:
  static constexpr size_t kShared = kGaps;
  struct Piece {
    size_t at;              // before which byte of the page's own text
    std::string_view text;  // of an asset, which lives as long as the program
    size_t gap;             // kShared: the asset
  };

  void cut(std::string_view html, const std::vector<Piece>& found) {
    size_t done = 0;
    for (const Piece& piece : found) {
      if (piece.at < done) continue;  // an asset within another
      own_ += html.substr(done, piece.at - done);
      done = piece.at + piece.text.size();
      pieces_.push_back({own_.size(), piece.gap == kShared ? piece.text : std::string_view(), piece.gap});
    }
    own_ += html.substr(done);
  }

  std::string own_;
  std::vector<Piece> pieces_;
};

PageShelf::PageShelf(size_t most_pages) : most_pages_(most_pages), marks_(make_marks()) {}

PageShelf::~PageShelf() = default;

Result<std::string> PageShelf::render(const MessageRecord& message, const PageRequest& request) {
  PageRequest marked = with_marks(request);
  auto form = find(message, marked);
  if (!form) {
    const std::string html = TRY(render_message_page(message, marked));
    form = std::make_shared<const PageForm>(html, marks_);
    keep({message, std::move(marked), form});
  }
  return form->fill(request);
}

size_t PageShelf::pages() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

PageRequest PageShelf::with_marks(const PageRequest& request) const {
  PageRequest marked = request;
  const auto marks = gaps_of(marks_);
  const auto gaps = gaps_of(marked);
  for (size_t gap = 0; gap < kGaps; ++gap) *gaps[gap] = *marks[gap];
  return marked;
}

std::shared_ptr<const PageForm> PageShelf::find(const MessageRecord& message, const PageRequest& marked) {
  std::lock_guard lock(mutex_);
  auto [first, last] = by_message_.equal_range(message.message_id);
  for (auto place = first; place != last; ++place) {
    Entry& entry = *place->second;
    if (entry.request != marked || entry.message != message) continue;
    entries_.splice(entries_.begin(), entries_, place->second);
    return entry.form;
  }
  return nullptr;
}

void PageShelf::keep(Entry entry) {
  std::lock_guard lock(mutex_);
  entries_.push_front(std::move(entry));
  by_message_.emplace(entries_.front().message.message_id, entries_.begin());
  if (entries_.size() <= most_pages_) return;
  const auto oldest = std::prev(entries_.end());
  auto [first, last] = by_message_.equal_range(oldest->message.message_id);
  by_message_.erase(std::find_if(first, last, [&](const auto& place) { return place.second == oldest; }));
  entries_.erase(oldest);
}

}  // namespace candid::track
