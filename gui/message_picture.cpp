#include "gui/message_picture.h"

#include <utility>

namespace candid::gui {

MessagePicture::MessagePicture(Waker waker)
    : worker_(
          [shared = shared_, waker = std::move(waker)](const std::stop_token& stop) { work(shared, waker, stop); }) {}

void MessagePicture::work(const std::shared_ptr<Shared>& shared, const Waker& waker, const std::stop_token& stop) {
  std::optional<campaign::Preview> preview;
  std::shared_ptr<const LoadedCampaign> of;
  while (true) {
    std::unique_lock lock(shared->mutex);
    if (!shared->changed.wait(lock, stop, [&] { return shared->wish.has_value(); })) return;
    const Wish wish = *std::exchange(shared->wish, std::nullopt);
    shared->is_drawing = true;
    lock.unlock();
    if (of != wish.campaign) {
      of = wish.campaign;
      preview ? preview->change(*of->job) : static_cast<void>(preview.emplace(*of->job));
    }
    auto drawn = preview->picture(wish.candidate, wish.moment);
    lock.lock();
    shared->is_drawing = false;
    shared->drawn.emplace(Drawn{wish.candidate, std::move(drawn)});
    lock.unlock();
    waker.wake();
  }
}

void MessagePicture::want(std::shared_ptr<const LoadedCampaign> campaign, size_t candidate, Microseconds moment) {
  Wish wish{std::move(campaign), candidate, moment};
  if (wish == last_ || !wish.campaign || !wish.campaign->job) return;
  last_ = wish;
  std::lock_guard lock(shared_->mutex);
  shared_->wish = std::move(wish);
  shared_->changed.notify_all();
}

std::optional<MessagePicture::Drawn> MessagePicture::take() {
  std::lock_guard lock(shared_->mutex);
  return std::exchange(shared_->drawn, std::nullopt);
}

bool MessagePicture::is_drawing() const {
  std::lock_guard lock(shared_->mutex);
  return shared_->is_drawing || shared_->wish;
}

}  // namespace candid::gui
