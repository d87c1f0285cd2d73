#include "media/frame_store.h"

#include <cassert>
#include <cstring>

namespace candid::media {
namespace {

int64_t bytes_of(FrameSize size) {
  return int64_t{size.width} * size.height * 3 / 2;
}

}  // namespace

bool MemoryBudget::take(int64_t bytes) {
  int64_t left = left_.load();
  while (left >= bytes) {
    if (left_.compare_exchange_weak(left, left - bytes)) return true;
  }
  return false;
}

FrameStore::~FrameStore() {
  budget_.give_back(taken_);
}

Result<void> FrameStore::add(Frame frame) {
  assert(frame.size() == size_);
  if (budget_.take(bytes_of(size_))) {
    taken_ += bytes_of(size_);
    slots_.emplace_back(std::move(frame));
    offsets_.push_back(0);
    return {};
  }
  if (!scratch_) scratch_.emplace(TRY(ScratchFile::create(folder_)));
  uint64_t offset = scratch_->size();
  std::vector<uint8_t> packed;
  packed.reserve(static_cast<size_t>(bytes_of(size_)));
  for (int i = 0; i < 3; ++i) {
    ConstPlane plane = frame.plane(i);
    for (int row = 0; row < plane.height; ++row) {
      const uint8_t* from = plane.data + static_cast<ptrdiff_t>(row) * plane.stride;
      packed.insert(packed.end(), from, from + plane.width);
    }
  }
  TRY_VOID(scratch_->append(packed));
  slots_.emplace_back(std::nullopt);
  offsets_.push_back(offset);
  ++spooled_;
  return {};
}

Result<Frame> FrameStore::at(int64_t index) const {
  auto slot = static_cast<size_t>(index);
  assert(slot < slots_.size());
  if (slots_[slot]) return slots_[slot]->share();
  std::vector<uint8_t> packed(static_cast<size_t>(bytes_of(size_)));
  TRY_VOID(scratch_->read(offsets_[slot], packed));
  Frame frame = TRY(Frame::allocate(size_));
  const uint8_t* from = packed.data();
  for (int i = 0; i < 3; ++i) {
    Plane plane = frame.mutable_plane(i);
    for (int row = 0; row < plane.height; ++row) {
      std::memcpy(plane.data + static_cast<ptrdiff_t>(row) * plane.stride, from, static_cast<size_t>(plane.width));
      from += plane.width;
    }
  }
  return frame;
}

}  // namespace candid::media
