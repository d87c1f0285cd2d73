#include "campaign/publishing/store_watch.h"

#include <algorithm>
#include <atomic>

#include <fmt/format.h>

#include "campaign/publishing/group_publisher.h"

namespace candid::campaign {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{500};
// Whoever removes gives a sign more often than that, or has died.
constexpr std::chrono::minutes kLongestSilence{3};
constexpr int kMostRounds = 20;

}  // namespace

Result<std::string> StoreWatch::quiet_id() {
  StoreState state = TRY(look_at_store(store_));
  std::chrono::milliseconds silent{0};
  while (state.is_being_cleared && state.id != forsaken_) {
    if (silent >= kLongestSilence) {
      forsaken_ = state.id;
      break;
    }
    if (!pause_.wait(kBetweenLooks, stop_))
      return fail(ErrorKind::Cancelled, "stopped", "the same command goes on from here");
    StoreState next = TRY(look_at_store(store_));
    silent = next.id == state.id ? silent + kBetweenLooks : std::chrono::milliseconds(0);
    state = std::move(next);
  }
  return std::move(state.id);
}

Result<void> StoreWatch::settle(std::span<OutgoingMessage> messages) {
  for (int round = 0; round < kMostRounds; ++round) {
    std::string id = TRY(quiet_id());
    bool is_same = id == id_;
    if (is_same && (!has_changed_ || round > 0)) return {};
    if (!is_same) there_.clear();
    has_changed_ = true;
    id_ = std::move(id);
    TRY_VOID(send_missing(messages));
  }
  return fail(ErrorKind::Io, fmt::format("objects are removed from {} all the while", store_.describe()),
              "the same command goes on from here");
}

Result<void> StoreWatch::send_missing(std::span<OutgoingMessage> messages) {
  for (OutgoingMessage& message : messages) {
    if (message.error) continue;
    if (stop_.stop_requested()) return fail(ErrorKind::Cancelled, "stopped", "the same command goes on from here");
    TRY_VOID(row_or_all(message, send_missing(message)));
  }
  return {};
}

Result<void> StoreWatch::send_missing(const OutgoingMessage& message) {
  std::string recipe = recipe_object(message.edition);
  if (!there_.contains(recipe)) {
    const std::string& json = message.recipe_json;
    TRY_VOID(store_.put(recipe, {reinterpret_cast<const uint8_t*>(json.data()), json.size()}));
    there_.insert(std::move(recipe));
  }
  for (const std::string& part : parts_of(work_.job, message)) TRY_VOID(send_part(part));
  return {};
}

Result<void> StoreWatch::send_part(const std::string& part) {
  std::string name = upload::part_object(part);
  if (there_.contains(name)) return {};
  std::filesystem::path file = TRY(work_.workspace.part_path(part));
  std::atomic<uint64_t> left = 0;
  upload::PutOptions options;
  options.stop = stop_;
  options.progress = [&](uint64_t bytes) { left = std::max<uint64_t>(left, bytes); };
  TRY_VOID(store_.put_file(name, file, options));
  bytes_sent_ += left;
  there_.insert(std::move(name));
  return {};
}

}  // namespace candid::campaign
