#include "core/random.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <span>

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <pthread.h>

#include "core/encoding.h"

namespace candid {
namespace {

constexpr size_t kLongestPassing = 128;

// How often this process is a copy of another one: a copy must not give out what the other gives out, too.
std::atomic<uint64_t> g_copies{0};
[[maybe_unused]] const int g_told_of_copies =
    pthread_atfork(nullptr, nullptr, [] { g_copies.fetch_add(1, std::memory_order_relaxed); });

// Of one thread.
class Supply {
 public:
  Supply() = default;
  ~Supply() { OPENSSL_cleanse(bytes_.data(), bytes_.size()); }
  Supply(const Supply&) = delete;
  Supply& operator=(const Supply&) = delete;

  // Wiped here, so that nothing is given out twice nor found later.
  std::array<uint8_t, kLongestPassing> take(size_t count) {
    const uint64_t copies = g_copies.load(std::memory_order_relaxed);
    if (left_ < count || copies != copies_) fill(copies);
    std::array<uint8_t, kLongestPassing> taken{};
    const auto from = std::span(bytes_).subspan(bytes_.size() - left_, count);
    std::copy(from.begin(), from.end(), taken.begin());
    OPENSSL_cleanse(from.data(), from.size());
    left_ -= count;
    return taken;
  }

 private:
  void fill(uint64_t copies) {
    if (RAND_bytes(bytes_.data(), static_cast<int>(bytes_.size())) != 1) std::abort();
    left_ = bytes_.size();
    copies_ = copies;
  }

  std::array<uint8_t, 4096> bytes_{};
  size_t left_ = 0;
  uint64_t copies_ = 0;
};

}  // namespace

std::vector<uint8_t> random_bytes(size_t count) {
  std::vector<uint8_t> bytes(count);
  if (RAND_bytes(bytes.data(), static_cast<int>(count)) != 1) std::abort();
  return bytes;
}

std::string random_token(size_t bits) {
  return to_base64url(random_bytes((bits + 7) / 8));
}

std::string passing_token(size_t bits) {
  thread_local Supply supply;
  const size_t count = std::min((bits + 7) / 8, kLongestPassing);
  const auto bytes = supply.take(count);
  return to_base64url(std::span(bytes).first(count));
}

}  // namespace candid
