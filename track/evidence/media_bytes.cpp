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
  if (event.kind == EventKind::MediaEnd) {
    ++ended_;
    sent_ += number_in(body, "sent");
    return;
  }
  size_ = std::max(size_, number_in(body, "size"));
  const double first = number_in(body, "first");
  if (!body.is_object() || !body.contains("sent")) {
    asked_.push_back({first, number_in(body, "length")});
  } else {
    sent_parts_.push_back({first, number_in(body, "sent")});
  }
}

void MediaBytes::add(const MediaBytes& other) {
  sent_parts_.insert(sent_parts_.end(), other.sent_parts_.begin(), other.sent_parts_.end());
  asked_.insert(asked_.end(), other.asked_.begin(), other.asked_.end());
  ended_ += other.ended_;
  sent_ += other.sent_;
  size_ = std::max(size_, other.size_);
}

bool MediaBytes::is_nothing() const {
  const bool none_in_parts =
      std::all_of(sent_parts_.begin(), sent_parts_.end(), [](const Part& part) { return part.length == 0; });
  return none_in_parts && sent_ == 0 && ended_ >= asked_.size();
}

double MediaBytes::fraction() const {
  if (is_nothing()) return 0;
  if (size_ <= 0) return 1;  // of a video whose length nobody told
  auto end_of = [this](const Part& part) { return std::min(part.first + part.length, size_); };
  Union sent;
  for (const Part& part : sent_parts_) sent.add(std::min(part.first, size_), end_of(part));
  Union allowed = sent;
  for (const Part& part : asked_) allowed.add(std::min(part.first, size_), part.length > 0 ? end_of(part) : size_);
  const bool all_ended = ended_ >= asked_.size();
  const double bytes = all_ended ? std::min(allowed.length(), sent.length() + sent_) : allowed.length();
  return std::min(1.0, bytes / size_);
}

}  // namespace candid::track
