#include "track/evidence/media_bytes.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace candid::track {
namespace {

double number_in(const nlohmann::json& body, const char* key) {
  auto found = body.is_object() ? body.find(key) : body.end();
  return found != body.end() && found->is_number() ? std::max(0.0, found->get<double>()) : 0;
}

}  // namespace

void note_sent(Event& media, uint64_t bytes) {
  media.body.insert(media.body.size() - 1, fmt::format(",\"sent\":{}", bytes));
}

void MediaBytes::add(const Event& event) {
  if (event.kind != EventKind::Media && event.kind != EventKind::MediaEnd) return;
  const nlohmann::json body = nlohmann::json::parse(event.body, nullptr, false);
  if (body.is_object() && body.contains("file")) return;
  if (event.kind == EventKind::Media) {
    asked_.push_back({number_in(body, "first"), number_in(body, "length")});
    size_ = std::max(size_, number_in(body, "size"));
  }
  if (event.kind == EventKind::MediaEnd || (body.is_object() && body.contains("sent"))) {
    ++ended_;
    sent_ += number_in(body, "sent");
  }
}

void MediaBytes::add(const MediaBytes& other) {
  asked_.insert(asked_.end(), other.asked_.begin(), other.asked_.end());
  ended_ += other.ended_;
  sent_ += other.sent_;
  size_ = std::max(size_, other.size_);
}

double MediaBytes::fraction() const {
  if (asked_.empty()) return 0;
  if (size_ <= 0) return ended_ >= asked_.size() && sent_ == 0 ? 0 : 1;
  Union asked;
  for (const Part& part : asked_) {
    asked.add(std::min(part.first, size_), part.length > 0 ? std::min(part.first + part.length, size_) : size_);
  }
  const double bytes = ended_ < asked_.size() ? asked.length() : std::min(asked.length(), sent_);
  return std::min(1.0, bytes / size_);
}

}  // namespace candid::track
