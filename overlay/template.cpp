#include "overlay/template.h"

#include <algorithm>

namespace candid::overlay {

bool Layer::is_personal() const {
  return text.is_personal() || subtext.is_personal() || action.is_personal() ||
         std::any_of(lines.begin(), lines.end(), [](const CaptionLine& line) { return line.text.is_personal(); });
}

}  // namespace candid::overlay
