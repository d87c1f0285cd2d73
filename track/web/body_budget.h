#pragma once
// How many bytes the long bodies of all connections may take in memory together. Internal to track.

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

namespace candid::track {

// Thread-safe; outlives its shares.
class BodyBudget {
 public:
  // Gives its bytes back when it goes.
  class Share {
   public:
    Share(std::atomic<uint64_t>& left, uint64_t bytes) : left_(&left), bytes_(bytes) {}
    Share(Share&& other) noexcept : left_(std::exchange(other.left_, nullptr)), bytes_(other.bytes_) {}
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    Share& operator=(Share&& other) noexcept {
      std::swap(left_, other.left_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Share() {
      if (left_ != nullptr) *left_ += bytes_;
    }

   private:
    std::atomic<uint64_t>* left_;
    uint64_t bytes_;
  };

  explicit BodyBudget(uint64_t bytes) : left_(bytes) {}

  // Nothing when so much is not left.
  std::optional<Share> take(uint64_t bytes) {
    uint64_t left = left_;
    do {
      if (bytes > left) return std::nullopt;
    } while (!left_.compare_exchange_weak(left, left - bytes));
    return Share(left_, bytes);
  }

 private:
  std::atomic<uint64_t> left_;
};

}  // namespace candid::track
