#include "encode/box_writer.h"

#include <cassert>

namespace candid::encode {

void BoxWriter::u16(uint32_t value) {
  u8(value >> 8);
  u8(value);
}

void BoxWriter::u24(uint32_t value) {
  u8(value >> 16);
  u16(value);
}

void BoxWriter::u32(uint64_t value) {
  assert(value <= UINT32_MAX);
  u16(static_cast<uint32_t>(value >> 16));
  u16(static_cast<uint32_t>(value));
}

void BoxWriter::u64(uint64_t value) {
  u32(value >> 32);
  u32(value & UINT32_MAX);
}

void BoxWriter::matrix(uint32_t down) {
  for (uint32_t value : {0x10000u, 0u, 0u, 0u, 0x10000u, 0u, 0u, down << 16, 0x40000000u}) u32(value);
}

size_t BoxWriter::open(std::string_view type) {
  assert(type.size() == 4);
  size_t start = bytes_.size();
  u32(0);
  text(type);
  return start;
}

void BoxWriter::close(size_t start) {
  size_t size = bytes_.size() - start;
  assert(size <= UINT32_MAX);
  for (int i = 0; i < 4; ++i) bytes_[start + static_cast<size_t>(i)] = static_cast<uint8_t>(size >> (24 - 8 * i));
}

}  // namespace candid::encode
