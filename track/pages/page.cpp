#include "track/pages/page.h"

#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <kainjow/mustache.hpp>
#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "core/encoding.h"
#include "core/text.h"
#include "track/pages/page_assets.h"

namespace candid::track {
namespace {

namespace mustache = kainjow::mustache;

// kainjow renders a name it does not know as nothing; this remembers such names, so that none goes unnoticed.
class CheckedContext : public mustache::context<std::string> {
 public:
  explicit CheckedContext(const mustache::data* data) : context(data) {}

  const mustache::data* get(const std::string& name) const override {
    const mustache::data* found = context::get(name);
    if (found == nullptr) missing_.insert(name);
    return found;
  }

  const std::set<std::string>& missing() const { return missing_; }

 private:
  mutable std::set<std::string> missing_;
};

Result<std::string> render(std::string_view name, const mustache::data& values) {
  mustache::mustache page{std::string(page_assets().at(name))};
  if (!page.is_valid()) return fail(ErrorKind::Internal, fmt::format("{}: {}", name, page.error_message()));
  page.set_custom_escape([](const std::string& text) { return escape_html(text); });
  CheckedContext context(&values);
  std::string html = page.render(context);
  if (context.missing().empty()) return html;
  return fail(ErrorKind::Internal,
              fmt::format("{} needs \"{}\", which it is not given", name, *context.missing().begin()));
}

std::string primary_language(std::string_view tag) {
  return to_lower(tag.substr(0, tag.find('-')));
}

const char* direction(std::string_view language) {
  static const std::set<std::string, std::less<>> kRightToLeft = {"ar", "fa", "he", "ur"};
  return kRightToLeft.contains(primary_language(language)) ? "rtl" : "ltr";
}

// The page's own words ("Play the video"), in the message's language where we have it, else in English.
struct Words {
  std::string language;
  nlohmann::json texts;
};

Words words_for(std::string_view language) {
  static const nlohmann::json all = nlohmann::json::parse(page_assets().at("words.json"));
  std::string primary = primary_language(language);
  if (!all.contains(primary)) primary = "en";
  return {primary, all.at(primary)};
}

// Black or white, whichever reads better on the colour (WCAG 2.2, relative luminance).
std::string ink_on(std::string_view color) {
  auto channel = [&](size_t at) {
    double value = std::stoi(std::string(color.substr(at, 2)), nullptr, 16) / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  double luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  constexpr double kEqualContrast = 0.179;  // where white and black are equally far
  return luminance > kEqualContrast ? "#111318" : "#ffffff";
}

std::string minutes_and_seconds(Microseconds duration) {
  auto seconds = std::chrono::round<std::chrono::seconds>(duration).count();
  return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

void set_words(mustache::data& values, const Words& words) {
  for (const auto& [name, text] : words.texts.items()) values.set("say_" + name, text.get<std::string>());
  values.set("words_language", words.language);
  values.set("words_direction", direction(words.language));
}

std::string style_of_not_found() {
  return std::string(page_assets().at("not_found.css"));
}

std::string style_of_passcode() {
  return std::string(page_assets().at("passcode.css"));
}

std::string style_source(const std::string& style) {
  return fmt::format("'sha256-{}'", to_base64(sha256(style)));
}

}  // namespace

Result<std::string> render_message_page(const MessageRecord& message, const PageRequest& request) {
  const PageContent& page = message.page;
  mustache::data values;
  set_words(values, words_for(page.language));

  values.set("language", page.language);
  values.set("direction", direction(page.language));
  values.set("company", page.company);
  values.set("headline", page.headline);
  values.set("message", page.message);
  values.set("has_company", !page.company.empty());
  values.set("has_message", !page.message.empty());
  mustache::data buttons{mustache::data::type::list};
  for (const Button& button : page.buttons) {
    mustache::data entry;
    entry.set("label", button.label);
    entry.set("url", button.url);
    buttons.push_back(entry);
  }
  values.set("buttons", buttons);
  values.set("has_buttons", !page.buttons.empty());

  values.set("length", minutes_and_seconds(message.duration));
  values.set("has_captions", !message.captions_ref.empty());
  values.set("captions_on", !page.captions_in_picture);
  values.set("token", request.token);
  values.set("has_public_url", !request.public_url.empty());
  values.set("public_url", request.public_url);
  values.set("session", request.ticket.session);
  values.set("nonce", request.ticket.nonce);
  values.set("style_nonce", request.style_nonce);
  values.set("tracked", request.tracked);
  values.set("media", fmt::format("../m/{}", request.media_grant));
  values.set("preview_grant", request.preview_grant);
  values.set("views_limited", request.views_limited);
  values.set("preload", request.views_limited ? "none" : "metadata");
  values.set("may_download", request.may_download);
  values.set("has_video", !request.views_used_up);
  values.set("has_passcode", request.has_passcode);

  values.set("accent", page.accent_color);
  values.set("accent_ink", ink_on(page.accent_color));
  values.set("style", std::string(page_assets().at("message.css")));
  values.set("script", std::string(page_assets().at("message.js")));
  return render("message.html", values);
}

Result<std::string> render_passcode_page(std::string_view token, std::string_view language, PasscodeNotice notice,
                                         std::chrono::seconds wait) {
  mustache::data values;
  set_words(values, words_for(language));
  values.set("action", notice == PasscodeNotice::None ? fmt::format("{}/passcode", token) : std::string("passcode"));
  values.set("wait_minutes", fmt::to_string(std::chrono::ceil<std::chrono::minutes>(wait).count()));
  values.set("wrong", notice == PasscodeNotice::Wrong);
  values.set("wait", notice == PasscodeNotice::Wait);
  values.set("style", style_of_passcode());
  return render("passcode.html", values);
}

const std::string& passcode_style_source() {
  static const std::string source = style_source(style_of_passcode());
  return source;
}

const std::string& not_found_page() {
  static const std::string page = [] {
    mustache::data values;
    values.set("style", style_of_not_found());
    return render("not_found.html", values).value();
  }();
  return page;
}

const std::string& not_found_style_source() {
  static const std::string source = style_source(style_of_not_found());
  return source;
}

}  // namespace candid::track
