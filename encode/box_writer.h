#pragma once
// Big-endian boxes of the ISO base media file format (ISO/IEC 14496-12 §4.2). Internal to encode.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace candid::encode {

class BoxWriter {
 public:
  void u8(uint32_t value) { bytes_.push_back(static_cast<uint8_t>(value)); }
  void u16(uint32_t value);
  void u24(uint32_t value);
  void u32(uint64_t value);
  void u64(uint64_t value);
  void text(std::string_view text) { bytes_.insert(bytes_.end(), text.begin(), text.end()); }
  void raw(std::span<const uint8_t> bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void zeros(size_t count) { bytes_.insert(bytes_.end(), count, 0); }
  // The 3x3 matrix of mvhd and tkhd: the identity, or one that moves a picture down by so many pixels.
  void matrix(uint32_t down = 0);

  // A box around what `content` writes; its size is filled in afterwards.
  template <typename Content>
  void box(std::string_view type, Content content) {
    size_t start = open(type);
    content();
    close(start);
  }
  // The same with a version and flags (FullBox).
  template <typename Content>
  void full_box(std::string_view type, uint32_t version, uint32_t flags, Content content) {
    size_t start = open(type);
    u8(version);
    u24(flags);
    content();
    close(start);
  }

  size_t size() const { return bytes_.size(); }
  std::vector<uint8_t> take() { return std::move(bytes_); }

 private:
  size_t open(std::string_view type);
  void close(size_t start);
  std::vector<uint8_t> bytes_;
};

}  // namespace candid::encode
