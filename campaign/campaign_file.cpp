#include "campaign/campaign_file.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "campaign/layer_reader.h"
#include "campaign/look.h"
#include "campaign/publishing/publish_reader.h"
#include "campaign/references.h"
#include "campaign/toml_document.h"
#include "campaign/toml_table.h"
#include "campaign/video_shape.h"
#include "core/files.h"
#include "core/suggest.h"
#include "core/text.h"
#include "encode/segment_encoder.h"
#include "overlay/fonts.h"

namespace candid::campaign {
namespace {

class CampaignReader {
 public:
  CampaignReader(Campaign& campaign, Findings& findings)
      : campaign_(campaign), findings_(findings), references_(campaign, findings) {}

  void read(const toml::table& root) {
    TomlTable top(root, "", campaign_.file, findings_);
    campaign_.name = trim(top.required_text("name", "name = \"Backend Engineer: after the interview\""));
    campaign_.id = top.text("id").value_or(identifier(campaign_.name));
    if (campaign_.id != identifier(campaign_.id) || campaign_.id.empty()) {
      top.problem("id", fmt::format("\"{}\" is not an id", shorten(campaign_.id, 40)),
                  "use lower-case letters, digits and _");
    }
    campaign_.roster = references_.file(top, "roster", top.required_text("roster", "roster = \"candidates.csv\""));
    campaign_.take =
        references_.file(top, "take", top.required_text("take", "take = \"takes/body.mkv\"; candid record makes one"),
                         fmt::format("candid record {} --camera test:, or put your recording there (.mkv, .mp4, .mov)",
                                     campaign_.folder.string()));
    campaign_.take_line = top.line_of("take");
    read_trim(top);
    const std::string look_name = top.text("look").value_or("clean");
    Look look = Look::open(top, "look", look_name, campaign_, references_, findings_);
    look.apply_brand(campaign_.brand);
    top.table("brand", [&](TomlTable& table) { read_brand(table); });
    campaign_.look.font = campaign_.brand.font;
    top.table("page", [&](TomlTable& table) { read_page(table); });
    campaign_.look.language = campaign_.page.language;
    top.each_table("layer", [&](TomlTable& table, size_t number) {
      read_layer(table, number, look, references_, campaign_, findings_);
    });
    sort_layers(campaign_);
    top.table("fields", [&](TomlTable& table) { read_fields(table); });
    top.table("video", [&](TomlTable& table) { read_video(table); });
    top.table("greeting", [&](TomlTable& table) { read_greeting(table); });
    top.table("proof", [&](TomlTable& table) {
      campaign_.requires_approval = table.boolean("require_approval").value_or(false);
    });
    top.table("publish", [&](TomlTable& table) { read_publish(table, campaign_.folder, campaign_.publish); });
    top.finish();
  }

 private:
  void read_trim(TomlTable& top) {
    std::vector<std::string> marks = top.texts("trim");
    if (marks.empty()) return;
    auto start = parse_duration(marks[0]);
    auto end = marks.size() > 1 ? parse_duration(marks[1]) : Result<Microseconds>(Microseconds{0});
    if (marks.size() != 2 || !start || !end || marks[0].starts_with('-')) {
      top.problem("trim", "is not a start and an end",
                  R"(trim = ["0.8s", "-0.5s"] cuts 0.8 s at the start and 0.5 s at the end)");
      return;
    }
    campaign_.trim_start = {*start, false};
    bool from_end = marks[1].starts_with('-');
    campaign_.trim_end = {from_end ? -*end : *end, from_end};
  }

  void read_brand(TomlTable& table) {
    Brand& brand = campaign_.brand;
    brand.company = table.text("company").value_or("");
    if (auto logo = table.text("logo")) {
      brand.logo = references_.picture(table, "logo", *logo);
    }
    brand.color = table.color("color").value_or(brand.color);
    brand.background = table.color("background").value_or(brand.background);
    brand.text_color = table.color("text_color").value_or(brand.text_color);
    std::optional<std::string> font = references_.font(table, "font");
    if (auto name = table.text("font_file")) {
      size_t before = findings_.size();
      brand.font_file = references_.file(table, "font_file", *name);
      if (findings_.size() > before) return;
      auto family = overlay::add_font_file(brand.font_file);
      if (family) {
        brand.font = *family;
      } else {
        table.problem("font_file", family.error().message(), family.error().hint());
      }
    }
    if (font) brand.font = *font;
  }

  static void require_link(TomlTable& table, const std::string& key, const FieldText& text) {
    const std::string& url = text.source();
    if (url.starts_with("https://") || url.starts_with("http://") || url.starts_with("mailto:")) return;
    table.problem(key, fmt::format("\"{}\" is not a link", shorten(url, 60)), "a link begins with https:// or mailto:");
  }

  void read_page(TomlTable& table) {
    PageChoice& page = campaign_.page;
    page.headline = references_.text(table, "headline").value_or(FieldText());
    page.message = references_.text(table, "message").value_or(FieldText());
    page.language = table.text("language").value_or(page.language);
    page.language_of_browser = page.language == track::kBrowserLanguage;
    if (page.language_of_browser) page.language = PageChoice{}.language;
    constexpr std::string_view kTagCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    if (page.language.size() < 2 || page.language.size() > 35 ||
        page.language.find_first_not_of(kTagCharacters) != std::string::npos) {
      table.problem("language", fmt::format("\"{}\" is not a language tag", shorten(page.language, 40)),
                    "write en, de or pt-BR; or auto, for that of the browser");
    }
    page.reply = table.boolean("reply").value_or(page.reply);
    page.booking = references_.text(table, "booking").value_or(FieldText());
    if (!page.booking.empty()) require_link(table, "booking", page.booking);
    table.each_table("button", [&](TomlTable& button, size_t) {
      PageButton made;
      made.label = references_.text(button, "label").value_or(FieldText());
      made.url = references_.text(button, "url").value_or(FieldText());
      if (made.label.empty()) button.problem("label", "is missing", "label = \"Book a call\"");
      require_link(button, "url", made.url);
      page.buttons.push_back(std::move(made));
    });
  }

  void read_fields(TomlTable& table) {
    table.named_tables([&](const std::string& name, TomlTable& rule_table) {
      FieldRule rule;
      rule.required = rule_table.boolean("required").value_or(true);
      rule.fallback = rule_table.text("default");
      campaign_.fields[name] = std::move(rule);
    });
  }

  void read_video(TomlTable& table) {
    VideoChoice& video = campaign_.video;
    if (auto size = table.text("size")) read_size(table, *size);
    static const std::vector<std::string> kRates = {"23.976", "24", "25", "29.97", "30", "50", "59.94", "60"};
    static constexpr Rational kRateValues[] = {{24000, 1001}, {24, 1}, {25, 1},       {30000, 1001},
                                               {30, 1},       {50, 1}, {60000, 1001}, {60, 1}};
    if (auto fps = table.number("fps", 1, 240)) {
      std::string text = fmt::format("{}", *fps);
      auto known = std::find(kRates.begin(), kRates.end(), text);
      if (known == kRates.end()) {
        table.problem("fps", text + " is not a standard rate", "valid: " + join(kRates));
      } else {
        video.frame_rate = kRateValues[known - kRates.begin()];
      }
    }
    if (auto fit = table.choice("fit", {"contain", "cover", "face"})) {
      video.fit = *fit == 0 ? media::Fit::Contain : media::Fit::Cover;
      video.frames_face = *fit == 2;
    }
    if (auto preset = table.choice("preset", encode::presets())) video.preset = encode::presets()[*preset];
    static constexpr double kQualities[] = {27, 23, 20};
    if (auto quality = table.choice("quality", {"small", "standard", "high"})) video.crf = kQualities[*quality];
    video.max_megabytes = table.number("max_mb", 0.1, 4000);
    if (auto codec = table.choice("codec", encode::codec_names())) video.codec = static_cast<encode::Codec>(*codec);
    video.even_loudness = table.boolean("loudness").value_or(video.even_loudness);
    video.denoise = table.boolean("denoise").value_or(video.denoise);
    if (auto blending = table.choice("blending", {"gamma", "linear"}))
      campaign_.look.blending = static_cast<overlay::Blending>(*blending);
    campaign_.look.safe_area = table.number("safe_area", 0, 0.2).value_or(campaign_.look.safe_area);
    video.previews = table.boolean("previews").value_or(video.previews);
    if (video.max_megabytes && table.has("quality")) {
      table.problem("max_mb", "stands beside quality, and only one of them can decide", "delete one of the two lines");
    }
    if (video.max_megabytes && video.codec != encode::Codec::H264) {
      table.problem("max_mb", fmt::format("works with codec h264 alone, not {}", encode::to_string(video.codec)),
                    "quality = \"small\" makes smaller videos in every codec");
    }
  }

  // "1280x720", or "720p" in the take's shape.
  void read_size(TomlTable& table, const std::string& size) {
    const char* end = size.data() + size.size();
    media::FrameSize parsed;
    auto width = std::from_chars(size.data(), end, parsed.width);
    if (width.ec == std::errc{} && std::string_view(width.ptr, end) == "p" &&
        std::count(std::begin(kVideoLines), std::end(kVideoLines), parsed.width) > 0) {
      campaign_.video.lines = parsed.width;
      return;
    }
    bool valid = width.ec == std::errc{} && width.ptr != end && *width.ptr == 'x';
    auto height = valid ? std::from_chars(width.ptr + 1, end, parsed.height) : width;
    valid = valid && height.ec == std::errc{} && height.ptr == end;
    if (!valid || parsed.width % 2 != 0 || parsed.height % 2 != 0 || std::min(parsed.width, parsed.height) < 128 ||
        std::max(parsed.width, parsed.height) > 3840) {
      table.problem("size", fmt::format("\"{}\" is not a size", shorten(size, 30)),
                    "480p, 720p or 1080p, or even numbers from 128 to 3840: \"1280x720\", \"720x1280\"");
    } else {
      campaign_.video.size = parsed;
    }
  }

  void read_transition(TomlTable& table) {
    constexpr Microseconds kShortest{100'000};
    constexpr Microseconds kUsual{300'000};
    constexpr Microseconds kLongest{1'000'000};
    bool fades = table.choice("transition", {"cut", "crossfade"}) == size_t{1};
    std::optional<Microseconds> length = table.duration("crossfade", kShortest, kLongest);
    if (fades) {
      campaign_.crossfade = length.value_or(kUsual);
    } else if (table.has("crossfade")) {
      table.problem("crossfade", "has no effect: greetings are joined by a cut",
                    "transition = \"crossfade\" beside it, or delete the line");
    }
  }

  void read_greeting(TomlTable& table) {
    read_transition(table);
    campaign_.greeting_script = references_.text(table, "script").value_or(FieldText());
    std::string folder = table.required_text("folder", "folder = \"greetings\": ID.mkv or ID.mp4 for each candidate");
    campaign_.greetings_line = table.line_of("folder");
    if (folder.empty()) return;
    campaign_.greetings = campaign_.folder / folder;
    std::error_code code;
    if (!std::filesystem::is_directory(campaign_.greetings, code)) {
      table.problem("folder", fmt::format("{} is not a folder", campaign_.greetings.string()),
                    "paths are relative to the campaign's folder");
    }
    if (campaign_.video.max_megabytes || campaign_.video.codec != encode::Codec::H264) {
      table.problem("folder", "greetings go with codec h264 and a quality, not with max_mb",
                    "delete [greeting], or max_mb and codec in [video]");
    }
  }

  Campaign& campaign_;
  Findings& findings_;
  References references_;
};

}  // namespace

Result<Campaign> read_campaign(const std::filesystem::path& folder, Findings& findings) {
  Campaign campaign;
  campaign.folder = folder;
  std::filesystem::path path = folder / "campaign.toml";
  campaign.file = path.string();
  auto text = read_text_file(path, kMostTomlBytes);
  if (!text) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("{} is not a campaign: {}", folder.string(), text.error().message()),
                "candid new DIR makes one");
  }
  auto root = parse_toml(*text);
  if (root) {
    CampaignReader(campaign, findings).read(*root);
  } else {
    TomlProblem& problem = root.error();
    findings.push_back({Severity::Error, campaign.file, problem.line, "", problem.message, problem.hint});
  }
  return campaign;
}

}  // namespace candid::campaign
