#include "overlay/glyph_lock.h"

namespace candid::overlay {

std::mutex& glyph_mutex() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace candid::overlay
