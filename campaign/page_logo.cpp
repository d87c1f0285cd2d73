#include "campaign/page_logo.h"

#include "campaign/serving/store_library.h"
#include "core/digest.h"
#include "core/encoding.h"
#include "overlay/logo.h"

namespace candid::campaign {
namespace {

// Twice what assets/pages/message.css gives it.
constexpr media::FrameSize kMost{480, 96};
constexpr double kBarelySeen = 0.002;
// A picture that fills its own shape has brought its ground along.
constexpr double kOwnGround = 0.85;
constexpr double kDarkInk = 0.4;
constexpr double kLightInk = 0.65;

track::LogoGround ground_for(const overlay::Logo& logo) {
  if (logo.coverage >= kOwnGround) return track::LogoGround::Any;
  if (logo.lightness >= kLightInk) return track::LogoGround::Dark;
  return logo.lightness <= kDarkInk ? track::LogoGround::Light : track::LogoGround::Any;
}

}  // namespace

Result<std::optional<PageLogo>> draw_page_logo(const std::filesystem::path& logo) {
  if (logo.empty()) return std::nullopt;
  overlay::Logo drawn = TRY(overlay::draw_logo(logo, kMost));
  if (drawn.coverage < kBarelySeen) return std::nullopt;
  PageLogo made;
  made.part = to_hex(sha256(drawn.png));
  made.shown = {logo_ref(made.part), drawn.size.width, drawn.size.height, ground_for(drawn)};
  made.png = std::move(drawn.png);
  return made;
}

}  // namespace candid::campaign
