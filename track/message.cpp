#include "track/message.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/text.h"

namespace candid::track {
namespace {

constexpr size_t kLongestRef = 1'000;
constexpr std::array<std::string_view, 3> kGroundNames = {"any", "light", "dark"};  // in the order of the enum
constexpr std::array<std::string_view, 4> kSafeSchemes = {"https://", "http://", "mailto:", "tel:"};

bool is_color(std::string_view text) {
  return text.size() == 7 && text.front() == '#' &&
         text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string_view::npos;
}

bool is_language(std::string_view text) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
  return text.size() >= 2 && text.size() <= 35 && text.find_first_not_of(kAllowed) == std::string_view::npos;
}

bool is_safe_url(std::string_view url) {
  std::string lower = to_lower(url);
  return std::any_of(kSafeSchemes.begin(), kSafeSchemes.end(), [&](std::string_view scheme) {
    return lower.starts_with(scheme) && lower.size() > scheme.size();
  });
}

bool is_side(int pixels) {
  return pixels > 0 && pixels <= kLargestLogo;
}

PageLogo logo_from(const nlohmann::json& json) {
  PageLogo logo;
  json.at("ref").get_to(logo.ref);
  json.at("width").get_to(logo.width);
  json.at("height").get_to(logo.height);
  logo.ground = logo_ground_named(json.at("ground").get<std::string>()).value_or(LogoGround::Any);
  return logo;
}

const std::vector<std::string> kTrackingNames = {"off", "aggregate", "individual", "consent"};

}  // namespace

std::string_view to_string(Tracking tracking) {
  return kTrackingNames.at(static_cast<size_t>(tracking));
}

std::optional<Tracking> tracking_named(std::string_view name) {
  auto found = std::find(kTrackingNames.begin(), kTrackingNames.end(), name);
  if (found == kTrackingNames.end()) return std::nullopt;
  return static_cast<Tracking>(found - kTrackingNames.begin());
}

const std::vector<std::string>& tracking_names() {
  return kTrackingNames;
}

std::string_view to_string(LogoGround ground) {
  return kGroundNames.at(static_cast<size_t>(ground));
}

std::optional<LogoGround> logo_ground_named(std::string_view name) {
  auto found = std::find(kGroundNames.begin(), kGroundNames.end(), name);
  if (found == kGroundNames.end()) return std::nullopt;
  return static_cast<LogoGround>(found - kGroundNames.begin());
}

Result<void> validate(const MessageRecord& message) {
  auto wrong = [&](std::string what, std::string hint = {}) {
    return fail(ErrorKind::InvalidInput, fmt::format("message \"{}\": {}", message.message_id, what), std::move(hint));
  };
  if (message.message_id.empty() || message.campaign_id.empty()) return wrong("has no message id or no campaign id");
  if (message.duration <= Microseconds(0)) return wrong("has no duration");
  const PageContent& page = message.page;
  if (!is_language(page.language)) {
    return wrong(fmt::format("page language \"{}\" is not a language tag", page.language), "write en, de or pt-BR");
  }
  if (!is_color(page.accent_color)) {
    return wrong(fmt::format("accent colour \"{}\" is not a colour", page.accent_color), "write #rrggbb");
  }
  for (const Button& button : page.buttons) {
    if (button.label.empty()) return wrong("a button has no label");
    if (!is_safe_url(button.url)) {
      return wrong(fmt::format("button \"{}\" leads to \"{}\"", button.label, button.url),
                   "addresses begin with https://, http://, mailto: or tel:");
    }
  }
  if (!page.booking_url.empty() && !is_safe_url(page.booking_url)) {
    return wrong(fmt::format("booking leads to \"{}\"", page.booking_url),
                 "addresses begin with https://, http://, mailto: or tel:");
  }
  const PageLogo& logo = page.logo;
  bool has_size = is_side(logo.width) && is_side(logo.height);
  if (!logo.ref.empty() && (logo.ref.size() > kLongestRef || !has_size)) {
    return wrong(fmt::format("a logo of {}x{} pixels cannot be shown", logo.width, logo.height),
                 fmt::format("1 to {} on either side", kLargestLogo));
  }
  return {};
}

std::string to_json(const PageContent& page) {
  auto buttons = nlohmann::json::array();
  for (const Button& button : page.buttons) buttons.push_back({{"label", button.label}, {"url", button.url}});
  nlohmann::json json = {{"language", page.language},
                         {"company", page.company},
                         {"headline", page.headline},
                         {"message", page.message},
                         {"accent", page.accent_color},
                         {"buttons", std::move(buttons)},
                         {"captions_in_picture", page.captions_in_picture}};
  if (!page.booking_url.empty()) json["booking"] = page.booking_url;
  if (!page.takes_replies) json["reply"] = false;
  if (page.tracking != Tracking::Individual) json["tracking"] = to_string(page.tracking);
  if (page.keep_days > 0) json["keep_days"] = page.keep_days;
  if (const PageLogo& logo = page.logo; !logo.ref.empty()) {
    json["logo"] = {
        {"ref", logo.ref}, {"width", logo.width}, {"height", logo.height}, {"ground", to_string(logo.ground)}};
  }
  // Text from outside is decoded at the door; should bytes that are not UTF-8 get here, they must not end the program.
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<PageContent> page_from_json(std::string_view text) {
  try {
    auto json = nlohmann::json::parse(text);
    PageContent page;
    json.at("language").get_to(page.language);
    json.at("company").get_to(page.company);
    json.at("headline").get_to(page.headline);
    json.at("message").get_to(page.message);
    json.at("accent").get_to(page.accent_color);
    json.at("captions_in_picture").get_to(page.captions_in_picture);
    for (const auto& button : json.at("buttons")) page.buttons.push_back({button.at("label"), button.at("url")});
    page.booking_url = json.value("booking", "");
    page.takes_replies = json.value("reply", true);
    auto tracking = tracking_named(json.value("tracking", std::string(to_string(Tracking::Individual))));
    page.keep_days = json.value("keep_days", 0);
    // A mode of a newer program: nobody is followed by mistake.
    page.tracking = tracking.value_or(Tracking::Off);
    if (json.contains("logo")) page.logo = logo_from(json.at("logo"));
    return page;
  } catch (const nlohmann::json::exception& problem) {
    return fail(ErrorKind::Corrupt, fmt::format("the ledger holds a page that cannot be read ({})", problem.what()));
  }
}

}  // namespace candid::track
