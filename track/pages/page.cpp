#include "track/pages/page.h"

#include <cmath>

#include <fmt/format.h>

#include "track/pages/beacon.h"
#include "track/pages/page_assets.h"
#include "track/pages/page_template.h"
#include "track/pages/reply_desk.h"

namespace candid::track {
namespace {

std::string asset(std::string_view name) {
  return std::string(page_assets().at(name));
}

// What reads best on the colour, with a contrast of at least 4.5:1 (WCAG 2.2, relative luminance). Our dark ink is not
// black, so there are colours on which only black reads.
const char* ink_on(const std::string& color) {
  auto channel = [&](size_t at) {
    double value = std::stoi(color.substr(at, 2), nullptr, 16) / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  double luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  constexpr double kEnoughForInk = 0.205;
  constexpr double kEqualContrast = 0.179;  // where white and black are equally far
  if (luminance > kEnoughForInk) return "#111318";
  return luminance > kEqualContrast ? "#000000" : "#ffffff";
}

std::string minutes_and_seconds(Microseconds duration) {
  auto seconds = std::chrono::round<std::chrono::seconds>(duration).count();
  return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

std::vector<PageValues::Entry> button_list(const std::vector<Button>& buttons) {
  std::vector<PageValues::Entry> list;
  for (const Button& button : buttons) list.push_back({{"label", button.label}, {"url", button.url}});
  return list;
}

std::vector<PageValues::Entry> transcript_list(const Transcript& transcript) {
  std::vector<PageValues::Entry> list;
  for (const TranscriptLine& line : transcript) {
    list.push_back({{"second", fmt::format("{:.2f}", std::chrono::duration<double>(line.start).count())},
                    {"time", minutes_and_seconds(std::chrono::floor<std::chrono::seconds>(line.start))},
                    {"line", line.text}});
  }
  return list;
}

// In the order of kReactions.
constexpr std::array<const char*, kReactions.size()> kSigns = {"🙏", "👍", "🎉", "❤️"};

std::vector<PageValues::Entry> reaction_list(const PageWords& words) {
  std::vector<PageValues::Entry> list;
  for (size_t i = 0; i < kReactions.size(); ++i) {
    list.push_back({{"reaction", std::string(kReactions[i])},
                    {"sign", kSigns[i]},
                    {"meaning", words.texts.at(fmt::format("react_{}", kReactions[i]))}});
  }
  return list;
}

// A picture that is about as wide as high is a mark, which does not say whose it is.
bool is_mark(const PageLogo& logo) {
  return logo.width < 2 * logo.height;
}

void set_brand(PageValues& values, const PageContent& page) {
  const PageLogo& logo = page.logo;
  bool has_logo = !logo.ref.empty();
  bool has_company = !page.company.empty();
  values.texts["company"] = page.company;
  values.flags["has_company"] = has_company;
  values.flags["has_logo"] = has_logo;
  values.flags["stands_for_logo"] = has_company && !has_logo;
  // Said once, by the picture or beside it.
  values.flags["is_beside_logo"] = has_logo && has_company && is_mark(logo);
  values.texts["logo_says"] = is_mark(logo) ? std::string() : page.company;
  values.flags["logo_on_light"] = logo.ground == LogoGround::Light;
  values.flags["logo_on_dark"] = logo.ground == LogoGround::Dark;
  values.texts["logo_width"] = fmt::to_string((logo.width + 1) / 2);
  values.texts["logo_height"] = fmt::to_string((logo.height + 1) / 2);
}

// What the message says, and what its campaign chose.
void set_content(PageValues& values, const MessageRecord& message, const PageWords& words) {
  const PageContent& page = message.page;
  set_brand(values, page);
  values.texts["headline"] = page.headline;
  values.texts["message"] = page.message;
  values.flags["has_message"] = !page.message.empty();
  std::vector<Button> buttons = page.buttons;
  if (!page.booking_url.empty()) buttons.push_back({words.texts.at("book"), page.booking_url});
  values.lists["buttons"] = button_list(buttons);
  values.flags["has_buttons"] = !buttons.empty();
  values.texts["accent"] = page.accent_color;
  values.texts["accent_ink"] = ink_on(page.accent_color);
}

void set_video(PageValues& values, const MessageRecord& message, const PageRequest& request) {
  values.flags["has_video"] = !request.views_used_up;
  values.texts["length"] = minutes_and_seconds(message.duration);
  values.texts["media"] = fmt::format("../m/{}", request.media_grant);
  values.texts["preview_grant"] = request.preview_grant;
  values.flags["views_limited"] = request.views_limited;
  values.texts["preload"] = request.views_limited ? "none" : "metadata";
  values.flags["may_download"] = request.may_download;
  values.flags["has_captions"] = !message.captions_ref.empty();
  values.flags["captions_on"] = !message.page.captions_in_picture;
  // They say what the video says, so they end with its last view.
  bool readable = request.transcript && !request.transcript->empty() && !request.views_used_up;
  values.flags["has_transcript"] = readable;
  values.lists["transcript"] = transcript_list(readable ? *request.transcript : Transcript());
}

void set_privacy(PageValues& values, const MessageRecord& message, const PageRequest& request) {
  Recording recording = request.recording;
  values.flags["tracked"] = recording == Recording::On;
  values.flags["counted"] = recording == Recording::Counted;
  values.flags["reports"] = recording == Recording::On || recording == Recording::Counted;
  values.flags["stopped"] = recording == Recording::Stopped;
  values.flags["asks_first"] = recording == Recording::AskFirst;
  values.flags["is_off"] = recording == Recording::Off;
  values.flags["has_passcode"] = request.has_passcode;
  values.flags["takes_replies"] = message.page.takes_replies && may_store(recording, EventKind::Reply);
  values.flags["takes_videos"] = request.takes_videos;
  values.texts["longest_reply"] = fmt::to_string(kLongestReply);
}

}  // namespace

Result<std::string> render_message_page(const MessageRecord& message, const PageRequest& request) {
  const PageWords words = words_for(request.language);
  PageValues values;
  values.set_words(words);
  set_content(values, message, words);
  set_video(values, message, request);
  set_privacy(values, message, request);
  values.lists["reactions"] = reaction_list(words);
  values.texts["language"] = request.language;
  values.texts["direction"] = direction_of(request.language);
  // Nobody told what language the texts are in, so each finds its own direction.
  values.flags["is_of_browser"] = message.page.language == kBrowserLanguage;
  values.texts["token"] = request.token;
  values.flags["has_public_url"] = !request.public_url.empty();
  values.texts["public_url"] = request.public_url;
  values.texts["session"] = request.ticket.session;
  values.texts["nonce"] = request.ticket.nonce;
  values.texts["style_nonce"] = request.style_nonce;
  values.texts["style"] = asset("message.css");
  values.texts["first_paint"] = asset("first_paint.js");
  values.texts["script"] = fmt::format("{}{}", asset("message.js"), asset("player.js"));
  values.texts["reply_script"] = asset("reply_start.js");
  return render_template("message.html", values);
}

const std::string& not_found_page() {
  static const std::string page = [] {
    PageValues values;
    values.texts["style"] = asset("not_found.css");
    return render_template("not_found.html", values).value();
  }();
  return page;
}

const std::string& not_found_style_source() {
  static const std::string source = style_source("not_found.css");
  return source;
}

}  // namespace candid::track
