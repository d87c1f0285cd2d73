#pragma once
// One at a time for each name: two threads that put the same object must not mix their pieces. Internal to upload.

#include <condition_variable>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>

namespace candid::upload {

// Thread-safe.
class NameLocks {
 public:
  class Held {
   public:
    Held(NameLocks* locks, std::string name) : locks_(locks), name_(std::move(name)) {}
    Held(Held&& other) noexcept : locks_(std::exchange(other.locks_, nullptr)), name_(std::move(other.name_)) {}
    Held& operator=(Held&&) = delete;
    ~Held() {
      if (locks_ != nullptr) locks_->release(name_);
    }
    // False when a stop was requested before the name was free.
    explicit operator bool() const { return locks_ != nullptr; }

   private:
    NameLocks* locks_;
    std::string name_;
  };

  Held acquire(std::string_view name, const std::stop_token& stop = {}) {
    std::unique_lock lock(mutex_);
    bool is_free = freed_.wait(lock, stop, [&] { return !names_.contains(name); });
    if (!is_free) return {nullptr, {}};
    names_.emplace(name);
    return {this, std::string(name)};
  }

 private:
  void release(const std::string& name) {
    {
      std::lock_guard lock(mutex_);
      names_.erase(name);
    }
    freed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable_any freed_;
  std::set<std::string, std::less<>> names_;
};

}  // namespace candid::upload
