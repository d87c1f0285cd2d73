// Ten thousand names that try to be something else: each is drawn as the text it is, or refused with its row.

#include "tests/campaign/hostile_names.h"

#include <cstdlib>
#include <set>

#include "campaign/parallel.h"
#include "campaign/plan.h"
#include "campaign/preflight.h"
#include "campaign/proof.h"
#include "core/csv.h"
#include "core/letters.h"
#include "core/text.h"
#include "overlay/composition.h"
#include "tests/campaign/workbench.h"
#include "tests/overlay/look.h"

namespace candid::campaign {
namespace {

using candid::test::HostileName;
using candid::test::must;
using candid::test::Workbench;

constexpr size_t kNames = 10'000;
constexpr uint32_t kSeed = 20'240'607;
constexpr int kThreads = 4;  // that meet in what the font libraries keep for the whole process

constexpr std::string_view kHostileToml = R"(name = "Hostile names"
roster = "candidates.csv"
take = "take.mkv"

[[layer]]
kind = "lower_third"
text = "{{name}}"
subtext = "{{role}}"

[[layer]]
kind = "text"
place = "top"
text = "Hello {{name}}, {{role}}"

[[layer]]
kind = "captions"
file = "captions.vtt"
)";
constexpr std::string_view kHostileCaptions = "WEBVTT\n\n00:00.000 --> 00:01.500\nThank you, {{name}}.\n";

const std::vector<HostileName>& names() {
  static const std::vector<HostileName> all = candid::test::hostile_names(kNames, kSeed);
  return all;
}

// A campaign with these names, and what the program makes of its roster.
class HostileCampaign {
 public:
  explicit HostileCampaign(const std::vector<HostileName>& names) : roster_(candid::test::roster_of(names)) {
    bench_.write("campaign.toml", kHostileToml);
    bench_.write("captions.vtt", kHostileCaptions);
    bench_.write("candidates.csv", roster_.csv);
    job_ = bench_.job();
    for (size_t i = 0; i < roster_.lines.size(); ++i) name_at_line_[roster_.lines[i]] = i;
  }
  const Workbench& bench() const { return bench_; }
  const Job& job() const { return job_; }
  const std::vector<int>& lines() const { return roster_.lines; }
  // The index of the name whose row begins there; none begins elsewhere.
  std::optional<size_t> name_at(int line) const {
    auto found = name_at_line_.find(line);
    return found == name_at_line_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  Workbench bench_;
  candid::test::HostileRoster roster_;
  std::map<int, size_t> name_at_line_;
  Job job_;
};

class HostileNames : public testing::Test {
 protected:
  static void SetUpTestSuite() { all_ = std::make_unique<HostileCampaign>(names()); }
  static void TearDownTestSuite() { all_.reset(); }
  static const Job& job() { return all_->job(); }
  static const HostileName& name_of(const Candidate& candidate) {
    return names().at(all_->name_at(candidate.line).value());
  }
  // For messages: what it is, with every byte that could hide spelled out.
  static std::string shown(const HostileName& name) {
    return name.kind + ": " + testing::PrintToString(name.bytes.substr(0, 200));
  }
  static std::unique_ptr<HostileCampaign> all_;
};
std::unique_ptr<HostileCampaign> HostileNames::all_;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

bool is_fit_for_a_terminal(const std::string& text) {
  return is_valid_utf8(text) &&
         std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
}

TEST_F(HostileNames, EveryRowIsACandidateOrRefusedOnce) {
  std::map<int, int> times;
  for (const Candidate& candidate : job().roster.candidates) ++times[candidate.line];
  for (const RejectedRow& row : job().roster.rejected) ++times[row.line];
  EXPECT_EQ(job().roster.candidates.size() + job().roster.rejected.size(), kNames);
  EXPECT_EQ(times.size(), kNames);
  for (size_t i = 0; i < kNames; ++i) EXPECT_EQ(times[all_->lines()[i]], 1) << i << ": " << shown(names()[i]);
  RecordProperty("candidates", static_cast<int>(job().roster.candidates.size()));
  RecordProperty("refused", static_cast<int>(job().roster.rejected.size()));
}

TEST_F(HostileNames, ACandidatesNameIsItsCell) {
  std::set<std::string> ids;
  size_t unchanged = 0;
  for (const Candidate& candidate : job().roster.candidates) {
    const HostileName& name = name_of(candidate);
    auto wanted = candid::test::text_of_cell(name.bytes);
    ASSERT_TRUE(wanted) << "line " << candidate.line << " should have been refused: " << shown(name);
    EXPECT_EQ(candidate.fields.at("name"), *wanted) << shown(name);
    EXPECT_EQ(candidate.name, candid::test::on_one_line(*wanted)) << shown(name);
    EXPECT_EQ(candidate.fields.at("role"), "Engineer") << shown(name);
    EXPECT_EQ(candidate.fields.at("email"), candidate.id + "@example.com") << shown(name);
    ids.insert(candidate.id);
    // Where nothing is to be normalised, not a byte may differ.
    if (!is_ascii(name.bytes) || name.bytes.front() == ' ' || name.bytes.back() == ' ') continue;
    EXPECT_EQ(candidate.fields.at("name"), name.bytes);
    ++unchanged;
  }
  EXPECT_EQ(ids.size(), job().roster.candidates.size());
  EXPECT_GT(unchanged, kNames / 10);
}

TEST_F(HostileNames, ARefusedRowSaysWhereAndWhy) {
  for (const RejectedRow& row : job().roster.rejected) {
    auto index = all_->name_at(row.line);
    ASSERT_TRUE(index) << row.line;
    const HostileName& name = names()[*index];
    EXPECT_FALSE(candid::test::text_of_cell(name.bytes)) << "line " << row.line << " could be drawn: " << shown(name);
    EXPECT_FALSE(row.findings.empty()) << shown(name);
    EXPECT_TRUE(is_fit_for_a_terminal(row.name)) << shown(name);
    for (const Finding& finding : row.findings) {
      EXPECT_EQ(finding.severity, Severity::Error) << shown(name);
      EXPECT_EQ(finding.line, row.line) << shown(name);
      EXPECT_EQ(finding.column, "name") << shown(name);
      EXPECT_FALSE(finding.hint.empty()) << shown(name);
      EXPECT_TRUE(is_fit_for_a_terminal(finding.message)) << finding.message << " of " << shown(name);
    }
  }
}

TEST_F(HostileNames, LayersSayTheNameAndNothingElse) {
  const overlay::Template& look = job().campaign.look;
  ASSERT_EQ(look.layers.size(), 3u);
  ASSERT_EQ(look.layers[2].lines.size(), 1u);
  for (const Candidate& candidate : job().roster.candidates) {
    const std::string name = candid::test::text_of_cell(name_of(candidate).bytes).value();
    EXPECT_EQ(must(look.layers[0].text.expand(candidate.fields)), name);
    EXPECT_EQ(must(look.layers[1].text.expand(candidate.fields)), "Hello " + name + ", Engineer");
    EXPECT_EQ(must(look.layers[2].lines[0].text.expand(candidate.fields)), "Thank you, " + name + ".");
  }
}

// A layer that holds these very words instead of a field.
FieldText literal(const std::string& words) {
  std::string source;
  for (size_t at = 0; at < words.size();) {
    bool opens = words.compare(at, 2, "{{") == 0;
    source += opens ? "{{{{" : std::string(1, words[at]);
    at += opens ? 2 : 1;
  }
  return must(FieldText::parse(source));
}

struct Drawn {
  std::string error;
  Findings findings;
  int changed = 0;        // pixels of the frame
  int not_as_words = -1;  // pixels that differ from the same words written into the layer; -1: not compared
};

Drawn draw(const Job& job, const Candidate& candidate, bool is_compared) {
  Drawn drawn;
  const overlay::Template& look = job.campaign.look;
  const Microseconds duration = job.timeline.duration();
  auto composition = overlay::Composition::create(look, candidate.fields, job.timeline.size, duration);
  if (!composition) {
    drawn.error = composition.error().describe();
    return drawn;
  }
  drawn.findings = composition->findings();
  const media::Frame ground = overlay::test::grey(job.timeline.size);
  media::Frame frame = ground.share();
  if (auto applied = composition->apply(frame, duration / 2); !applied) drawn.error = applied.error().describe();
  drawn.changed = overlay::test::changed_pixels(frame, ground);
  if (!is_compared) return drawn;

  overlay::Template words = look;
  words.layers.resize(1);
  auto from_field = must(overlay::Composition::create(words, candidate.fields, job.timeline.size, duration));
  words.layers[0].text = literal(candidate.fields.at("name"));
  auto from_words = must(overlay::Composition::create(words, candidate.fields, job.timeline.size, duration));
  media::Frame one = ground.share();
  media::Frame other = ground.share();
  must(from_field.apply(one, duration / 2));
  must(from_words.apply(other, duration / 2));
  drawn.not_as_words = overlay::test::changed_pixels(one, other);
  return drawn;
}

// A part of all names each, as drawing them all takes a minute, and several under a sanitizer. Every eighth of them in
// every run, all of them in scripts/test --full, which sets CANDID_FULL.
constexpr size_t kParts = 4;
size_t stride() {
  return std::getenv("CANDID_FULL") != nullptr ? kParts : 8 * kParts;
}
class InThreads : public HostileNames, public testing::WithParamInterface<size_t> {};

TEST_P(InThreads, EachIsDrawnOrFoundFaultWith) {
  std::vector<const Candidate*> candidates;
  for (size_t i = GetParam(); i < job().roster.candidates.size(); i += stride())
    candidates.push_back(&job().roster.candidates[i]);
  std::vector<Drawn> drawn(candidates.size());
  run_in_parallel(candidates.size(), kThreads, [&](size_t i) { drawn[i] = draw(job(), *candidates[i], i % 20 == 0); });
  size_t with_findings = 0;
  for (size_t i = 0; i < drawn.size(); ++i) {
    const HostileName& name = name_of(*candidates[i]);
    EXPECT_EQ(drawn[i].error, "") << shown(name);
    EXPECT_GT(drawn[i].changed, 100) << shown(name);
    EXPECT_LE(drawn[i].not_as_words, 0) << shown(name);
    with_findings += drawn[i].findings.empty() ? 0 : 1;
    for (const Finding& finding : drawn[i].findings)
      EXPECT_TRUE(is_valid_utf8(finding.message)) << finding.message << " of " << shown(name);
    // A character for private use, which no font of ours has, is told, unless the text was cut before it.
    if (candidates[i]->name.find("\uE123") != std::string::npos) {
      EXPECT_FALSE(drawn[i].findings.empty()) << shown(name);
    }
  }
  RecordProperty("drawn", static_cast<int>(drawn.size()));
  RecordProperty("with_findings", static_cast<int>(with_findings));
}
INSTANTIATE_TEST_SUITE_P(HostileNames, InThreads, testing::Range(size_t{0}, kParts));

TEST_F(HostileNames, TurnedReadingWaitsForApproval) {
  std::vector<Findings> found = preflight(job().campaign, job().roster);
  ASSERT_EQ(found.size(), job().roster.candidates.size());
  size_t turned = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    const Candidate& candidate = job().roster.candidates[i];
    std::vector<char32_t> hidden = hidden_characters(candidate.fields.at("name"));
    bool turns = std::any_of(hidden.begin(), hidden.end(), turns_direction);
    bool is_held = std::any_of(found[i].begin(), found[i].end(),
                               [](const Finding& finding) { return finding.severity == Severity::Error; });
    EXPECT_TRUE(is_held || !turns) << shown(name_of(candidate));
    turned += turns ? 1 : 0;
    for (const Finding& finding : found[i]) {
      EXPECT_EQ(finding.line, candidate.line);
      EXPECT_TRUE(is_fit_for_a_terminal(finding.message)) << finding.message << " of " << shown(name_of(candidate));
    }
  }
  EXPECT_GT(turned, kNames / 50);
}

TEST_F(HostileNames, FilesLieInTheFolderAndAreToldApart) {
  auto is_one_name = [](const std::string& stem) {
    return !stem.empty() && stem != "." && stem != ".." && is_valid_utf8(stem) &&
           stem.find_first_of(std::string_view("/\\:*?\"<>|\0", 10)) == std::string::npos &&
           std::none_of(stem.begin(), stem.end(), [](char c) { return (c >= 0 && c <= 0x20) || c == 0x7F; }) &&
           stem.front() != '-' && stem.front() != '.';
  };
  const std::set<std::string> devices = {"con", "prn", "aux", "nul", "com1", "lpt9"};
  for (const HostileName& name : names()) {
    std::string stem = file_stem(name.bytes);
    EXPECT_TRUE(is_one_name(stem)) << testing::PrintToString(stem) << " of " << shown(name);
    EXPECT_LE(stem.size(), 60u) << shown(name);
    EXPECT_FALSE(devices.contains(stem)) << shown(name);
  }
  std::set<std::string> files;
  for (const PlannedMessage& message : must(make_plan(job())).messages) {
    EXPECT_TRUE(is_one_name(message.file_name)) << testing::PrintToString(message.file_name);
    files.insert(to_lower(message.file_name));
  }
  EXPECT_EQ(files.size(), job().roster.candidates.size());
}

TEST_F(HostileNames, ATableWrittenIsATableRead) {
  std::vector<std::vector<std::string>> wanted;
  const std::vector<std::string> header = {"id", "name", "role"};
  std::string csv = csv_row(header);
  for (const Candidate& candidate : job().roster.candidates) {
    std::string name = candidate.fields.at("name");
    csv += csv_row(std::vector<std::string>{candidate.id, name, "Engineer"});
    // Spreadsheets run what begins like a formula.
    bool is_formula = std::string_view("=+-@").find(name.front()) != std::string_view::npos;
    wanted.push_back({candidate.id, (is_formula ? "'" : "") + name, "Engineer"});
  }
  auto table = must(parse_csv({reinterpret_cast<const uint8_t*>(csv.data()), csv.size()}));
  ASSERT_EQ(table.rows.size(), wanted.size());
  for (size_t i = 0; i < wanted.size(); ++i) EXPECT_EQ(table.rows[i].cells, wanted[i]);
}

// ---- The picture of a name is not that of what some program would make of it.

TEST(HostileNamesDrawn, AreNotWhatAProgramWouldMakeOfThem) {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"<b>Jo</b>", "Jo"},
      {"<span foreground=\"red\">Jo</span>", "Jo"},
      {"Jo &amp; Al", "Jo & Al"},
      {"J&#111;", "Jo"},
      {"{{email}}", "jo@example.com"},
      {"{{{email}}}", "jo@example.com"},
      {"{{#name}}Jo{{/name}}", "Jo"},
      {"{{>name}}", ""},
      {"{{! Jo }}Al", "Al"},
      {"100%%", "100%"},
      {"%d", "0"},
      {"Jo\\nAl", "Jo Al"},
      {"J\\u006F", "Jo"},
      {"\\\"Jo\\\"", "\"Jo\""},
      {"''Jo''", "'Jo'"},
      {"$HOME", std::getenv("HOME") == nullptr ? "" : std::getenv("HOME")},
      {"=1+1", "2"},
      {"Jo%20Al", "Jo Al"},
  };
  overlay::Template look;
  look.layers = {overlay::test::lower_third("{{name}}", "")};
  for (const auto& [name, made_of_it] : pairs) {
    auto picture = [&](FieldText text) {
      look.layers[0].text = std::move(text);
      media::Frame frame = overlay::test::grey();
      auto drawn = must(overlay::Composition::create(look, {{"name", name}, {"email", "jo@example.com"}}, frame.size(),
                                                     std::chrono::seconds(10)));
      must(drawn.apply(frame, std::chrono::seconds(5)));
      return frame;
    };
    media::Frame drawn = picture(overlay::test::text("{{name}}"));
    EXPECT_EQ(overlay::test::changed_pixels(drawn, picture(literal(name))), 0) << name;
    EXPECT_GT(overlay::test::changed_pixels(drawn, picture(literal(made_of_it))), 20) << name;
  }
}

// ---- The proof sheet

// The names of all tags, in order, each with the names of its attributes: "h2 id". Text outside of tags goes to `text`.
// Scripts and styles are ours, and are left out.
std::vector<std::string> tags_of(const std::string& html, std::string* text = nullptr) {
  std::string page = html;
  for (const std::string ours : {"script", "style"}) {
    for (size_t at = 0; (at = page.find("<" + ours + ">")) != std::string::npos;)
      page.erase(at, page.find("</" + ours + ">", at) + ours.size() + 3 - at);
  }
  std::vector<std::string> tags;
  for (size_t at = 0; at < page.size();) {
    if (page[at] != '<') {
      if (text != nullptr) *text += page[at];
      ++at;
      continue;
    }
    std::string tag;
    char quote = 0;
    for (++at; at < page.size() && (quote != 0 || page[at] != '>'); ++at) {
      if (page[at] == '"') {
        quote = quote == 0 ? '"' : 0;
      } else if (quote == 0) {
        tag += page[at];
      }
    }
    tags.push_back(tag);
    ++at;
  }
  return tags;
}

std::string unescaped(std::string text) {
  for (const auto& [entity, character] : std::vector<std::pair<std::string, std::string>>{
           {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}, {"&amp;", "&"}}) {
    for (size_t at = 0; (at = text.find(entity, at)) != std::string::npos; at += character.size())
      text.replace(at, entity.size(), character);
  }
  return text;
}

Proof proof_of(const HostileCampaign& campaign) {
  auto workspace = must(Workspace::open(campaign.bench().folder()));
  return must(make_proof(campaign.job(), workspace, {}, {}, {}));
}

TEST(HostileNamesProof, NamesAreTextOnTheSheet) {
  std::vector<HostileName> plain;
  for (const char* name : {"Jane Sample", "jo", "Jo\xFFy", ""}) plain.push_back({"plain", name});
  const HostileCampaign calm(plain);
  std::string calm_html = must(read_text_file(proof_of(calm).html));
  std::vector<std::string> known = tags_of(calm_html);
  const std::set<std::string> known_tags(known.begin(), known.end());

  const HostileCampaign hostile(candid::test::hostile_names(400, kSeed + 1));
  Proof proof = proof_of(hostile);
  std::string html = must(read_text_file(proof.html));
  EXPECT_TRUE(is_valid_utf8(html));
  EXPECT_EQ(html.find('\0'), std::string::npos);
  for (const char* ours : {"<script", "</script", "<style", "</style", "<!"}) {
    auto count = [&](const std::string& page) {
      size_t found = 0;
      for (size_t at = 0; (at = page.find(ours, at)) != std::string::npos; ++at) ++found;
      return found;
    };
    EXPECT_EQ(count(html), count(calm_html)) << ours;
  }
  std::map<std::string, size_t> times;
  std::string text;
  for (const std::string& tag : tags_of(html, &text)) {
    EXPECT_TRUE(known_tags.contains(tag)) << tag;
    ++times[tag.substr(0, tag.find(' '))];
  }
  EXPECT_EQ(text.find('>'), std::string::npos);
  EXPECT_EQ(times["article"], proof.rows.size());
  EXPECT_EQ(times["/article"], proof.rows.size());

  // Every name, and its row, as it stands on the page.
  size_t at = 0;
  for (const ProofRow& row : proof.rows) {
    const Candidate& candidate = hostile.job().roster.candidates[row.candidate];
    const std::string opening = "<h2 id=\"n" + std::to_string(candidate.line) + "\"><bdi>";
    at = html.find(opening, at);
    ASSERT_NE(at, std::string::npos) << candidate.line;
    size_t from = at + opening.size();
    std::string heading = html.substr(from, html.find("</bdi></h2>", from) - from);
    EXPECT_EQ(unescaped(heading), candidate.name.empty() ? candidate.id : candidate.name);
    EXPECT_FALSE(row.pictures.empty()) << candidate.line;
  }
  for (const RejectedRow& row : hostile.job().roster.rejected)
    EXPECT_THAT(html, testing::HasSubstr("<li><b>Row " + std::to_string(row.line) + "</b>"));
  for (const auto& picture : proof.rows) {
    for (const ProofPicture& shown : picture.pictures)
      EXPECT_EQ(shown.file.parent_path(), hostile.bench().out() / "proof");
  }
}

}  // namespace
}  // namespace candid::campaign
