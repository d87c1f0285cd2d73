#include "campaign/preflight.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "campaign/publishing/roster_passcode.h"
#include "core/letters.h"
#include "core/text.h"

namespace candid::campaign {
namespace {

constexpr size_t kShown = 40;  // characters of a cell in a message

const std::set<std::string, std::less<>> kNamedColumns = {"name",           "full_name", "candidate_name", "first_name",
                                                          "given_name",     "last_name", "family_name",    "surname",
                                                          "preferred_name", "nickname"};
// Families are called Null, Test, Na and Foo.
const std::set<std::string, std::less<>> kFamilyColumns = {"last_name", "family_name", "surname"};
const std::set<std::string, std::less<>> kMailedColumns = {"email", "mail", "e_mail", "email_address"};
// What stands in cells that nobody filled in, in small letters.
const std::set<std::string, std::less<>> kPlaceholders = {"n/a",
                                                          "na",
                                                          "n.a.",
                                                          "none",
                                                          "null",
                                                          "nil",
                                                          "nan",
                                                          "undefined",
                                                          "unknown",
                                                          "tbd",
                                                          "tba",
                                                          "todo",
                                                          "xxx",
                                                          "xx",
                                                          "x",
                                                          "test",
                                                          "testing",
                                                          "asdf",
                                                          "foo",
                                                          "bar",
                                                          "dummy",
                                                          "-",
                                                          "--",
                                                          "---",
                                                          "—",
                                                          ".",
                                                          "?",
                                                          "??",
                                                          "0",
                                                          "name",
                                                          "first name",
                                                          "last name",
                                                          "full name",
                                                          "firstname",
                                                          "lastname",
                                                          "candidate",
                                                          "candidate name",
                                                          "vorname",
                                                          "nachname",
                                                          "empty",
                                                          "blank",
                                                          "no name",
                                                          "keine angabe",
                                                          "k.a."};

std::string quoted(const std::string& text) {
  return fmt::format("\"{}\"", shorten(single_line(text), kShown));
}

bool is_word(const std::string& text) {
  return text.size() > 1 && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isalpha(c) != 0; });
}

// "J.", "J.R.", "Anna Ł.", "Jr."
bool ends_in_initial(const std::string& name) {
  if (!name.ends_with('.')) return false;
  if (name.ends_with("Jr.") || name.ends_with("Sr.")) return true;
  size_t begin = name.find_last_of(" .-", name.size() - 2);
  std::string last = name.substr(begin == std::string::npos ? 0 : begin + 1);
  last.pop_back();
  return shorten(last, 1) == last && !last.empty();
}

// "jane@example.com" → "jane", "example.com"
struct Address {
  std::string local;
  std::string domain;
};
Address parts_of(const std::string& mail) {
  size_t at = mail.rfind('@');
  if (at == std::string::npos) return {};
  return {mail.substr(0, at), to_lower(mail.substr(at + 1))};
}

// RFC 2606
bool is_for_examples(const std::string& mail) {
  static const std::set<std::string, std::less<>> kReserved = {"example.com", "example.org", "example.net"};
  std::string domain = parts_of(mail).domain;
  return kReserved.contains(domain) || domain.ends_with(".example") || domain.ends_with(".test") ||
         domain.ends_with(".invalid");
}

std::vector<std::string> words_of(const std::string& plain) {
  std::vector<std::string> words;
  size_t from = 0;
  while (from < plain.size()) {
    size_t end = std::min(plain.find(' ', from), plain.size());
    if (end > from) words.push_back(plain.substr(from, end - from));
    from = end + 1;
  }
  return words;
}

// Names that are told apart by the mail's own parts: "jane.sample+jobs@…" → jane, sample.
std::vector<std::string> names_in_mail(const std::string& mail) {
  std::string local = parts_of(mail).local;
  std::vector<std::string> names;
  for (const std::string& word : words_of(plain_letters(local.substr(0, local.find('+'))))) {
    bool is_name =
        word.size() >= 3 && std::none_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (is_name) names.push_back(word);
  }
  return names;
}

// One holds the other: "jo" in "joanna", "mueller" beside "muller" is for the caller to forgive.
bool agree(const std::string& a, const std::string& b) {
  return a.find(b) != std::string::npos || b.find(a) != std::string::npos;
}

// Spelling of umlauts and the like differs between names and addresses.
std::string simplified(std::string word) {
  for (const char* pair : {"ae", "oe", "ue"}) {
    for (size_t at = 0; (at = word.find(pair, at)) != std::string::npos;) word.erase(at + 1, 1);
  }
  return word;
}

class RowJudge {
 public:
  RowJudge(const Campaign& campaign, const Candidate& candidate, Findings& findings)
      : file_(campaign.roster.string()), candidate_(candidate), findings_(findings) {}

  void judge_cell(const std::string& column, const std::string& value, bool is_drawn) {
    if (value.empty()) return;
    if (is_drawn || kMailedColumns.contains(column)) judge_characters(column, value);
    if (!is_drawn) return;
    if (shows_nothing(value)) {
      add(Severity::Error, column, "holds only characters that nobody sees", "type the cell anew, or empty it");
      return;
    }
    if (value.starts_with('#') && value.find_first_of("!?/") != std::string::npos && is_all_upper(value)) {
      add(Severity::Error, column, quoted(value) + " is what a spreadsheet writes when it cannot calculate a cell",
          "mend the formula and export again");
    } else if (kPlaceholders.contains(to_lower(value)) && !(kFamilyColumns.contains(column) && is_word(value))) {
      add(Severity::Warning, column, quoted(value) + " looks like a placeholder",
          "fill it in, or empty the cell and give the text a default");
    } else if (value.find("{{") != std::string::npos || value.find("}}") != std::string::npos) {
      add(Severity::Warning, column, quoted(value) + " holds braces, which are drawn as they are", "");
    }
    if (is_mail_address(value) && !kMailedColumns.contains(column)) {
      bool is_name = kNamedColumns.contains(column);
      add(is_name ? Severity::Error : Severity::Note, column, quoted(value) + " is a mail address",
          is_name ? "are two columns swapped?" : "");
    }
    if (kNamedColumns.contains(column)) judge_name(column, value);
  }

  void judge_mail() {
    if (is_for_examples(candidate_.email)) {
      add(Severity::Note, mail_column(),
          quoted(candidate_.email) + " is an address for examples: no mail arrives there", "");
    }
  }

  void judge_passcode() {
    auto passcode = candidate_.fields.find(kPasscodeColumn);
    if (passcode == candidate_.fields.end()) return;
    auto checked = check_roster_passcode(passcode->second);
    if (!checked) add(Severity::Error, passcode->first, checked.error().message(), checked.error().hint());
  }

  // First and full name are of one person.
  void judge_agreement() {
    auto first = candidate_.fields.find("first_name");
    auto full = candidate_.fields.find("name");
    if (first == candidate_.fields.end() || full == candidate_.fields.end()) return;
    if (first->second.empty() || full->second.empty()) return;
    std::string plain_first = plain_letters(first->second);
    std::string plain_full = plain_letters(full->second);
    if (plain_first.empty() || plain_full.empty()) return;
    bool agrees = false;
    for (const std::string& a : words_of(plain_first)) {
      for (const std::string& b : words_of(plain_full)) agrees = agrees || agree(a, b);
    }
    if (agrees) return;
    add(Severity::Warning, "first_name",
        fmt::format("{} is no part of the name {}", quoted(first->second), quoted(full->second)),
        "a nickname, or a row that slipped?");
  }

  std::string mail_column() const {
    for (const auto& [column, value] : candidate_.fields) {
      if (kMailedColumns.contains(column)) return column;
    }
    return "email";
  }

  void add(Severity severity, const std::string& column, std::string message, std::string hint) {
    findings_.push_back({severity, file_, candidate_.line, column, std::move(message), std::move(hint)});
  }

 private:
  void judge_characters(const std::string& column, const std::string& value) {
    for (char32_t character : hidden_characters(value)) {
      bool turns = turns_direction(character);
      add(turns ? Severity::Error : Severity::Warning, column,
          fmt::format("holds {}, which is not seen{}", code_point(character),
                      turns ? " and turns the direction of reading" : ""),
          "type the cell anew, or paste it as plain text");
    }
    if (looks_misread(value)) {
      add(Severity::Warning, column, quoted(value) + " looks like UTF-8 that was read as something else",
          "export the roster again, as CSV UTF-8");
    }
  }

  void judge_name(const std::string& column, const std::string& value) {
    const std::string hint = fmt::format("meant: {}? {{{{{} | title}}}} does it for all rows", to_title(value), column);
    // Initials are in capitals, and so are some short names.
    constexpr size_t kShort = 3;
    if (is_all_upper(value) && value.find('.') == std::string::npos && plain_letters(value).size() > kShort) {
      add(Severity::Warning, column, quoted(value) + " is in capitals", hint);
    } else if (is_all_lower(value)) {
      add(Severity::Warning, column, quoted(value) + " is in small letters", hint);
    }
    constexpr std::string_view kStray = ",;:|/\\\"_*.";
    if (kStray.find(value.back()) != std::string_view::npos && !ends_in_initial(value) &&
        !(value.back() == '"' && std::count(value.begin(), value.end(), '"') % 2 == 0)) {
      add(Severity::Warning, column, fmt::format("{} ends with {}", quoted(value), value.back()), "remove it");
    } else if (kStray.find(value.front()) != std::string_view::npos) {
      add(Severity::Warning, column, fmt::format("{} begins with {}", quoted(value), value.front()), "remove it");
    }
    if (value.find("  ") != std::string::npos || value.find('\n') != std::string::npos)
      add(Severity::Warning, column, quoted(value) + " holds spaces or lines that a name has not", "remove them");
    if (std::any_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; }))
      add(Severity::Warning, column, quoted(value) + " holds digits", "is it another column's value?");
    if (value.find("://") != std::string::npos || value.starts_with("www."))
      add(Severity::Error, column, quoted(value) + " is a link", "are two columns swapped?");
    if (mixes_alphabets(value))
      add(Severity::Warning, column, quoted(value) + " mixes letters of two alphabets in a word", "type it anew");
    size_t comma = value.find(',');
    if (comma != std::string::npos && comma + 1 < value.size())
      add(Severity::Note, column, quoted(value) + " has the last name first", "write it as you would say it");
  }

  std::string file_;
  const Candidate& candidate_;
  Findings& findings_;
};

// What stands twice, by what is the same: the lines of its rows.
using LinesBy = std::map<std::string, std::vector<size_t>>;

class RosterJudge {
 public:
  RosterJudge(const Campaign& campaign, const Roster& roster) : campaign_(campaign), roster_(roster) {
    for (const FieldUse& use : campaign.field_uses) drawn_.insert(use.field);
    for (size_t i = 0; i < roster.candidates.size(); ++i) {
      const Candidate& candidate = roster.candidates[i];
      plain_names_.push_back(simplified(plain_letters(candidate.name)));
      if (!candidate.name.empty()) by_name_[to_lower(candidate.name)].push_back(i);
      if (!candidate.email.empty()) by_mail_[to_lower(candidate.email)].push_back(i);
      for (const std::string& word : words_of(plain_names_.back())) by_word_[word].push_back(i);
    }
  }

  std::vector<Findings> judge() {
    std::vector<Findings> all(roster_.candidates.size());
    for (size_t i = 0; i < all.size(); ++i) {
      const Candidate& candidate = roster_.candidates[i];
      RowJudge row(campaign_, candidate, all[i]);
      for (const std::string& column : roster_.columns) {
        const std::string& value = candidate.fields.at(column);
        bool is_drawn = drawn_.contains(column) || kNamedColumns.contains(column);
        if (value.empty() && drawn_.contains(column))
          row.add(Severity::Note, column, "is empty; the text's default stands in", "");
        row.judge_cell(column, value, is_drawn);
      }
      row.judge_mail();
      if (campaign_.publish.passcode) row.judge_passcode();
      row.judge_agreement();
      judge_repeats(i, row);
      judge_mail_owner(i, row);
    }
    return all;
  }

 private:
  void judge_repeats(size_t i, RowJudge& row) const {
    const Candidate& candidate = roster_.candidates[i];
    auto tell = [&](const LinesBy& by, const std::string& value, const std::string& column, const char* what) {
      if (value.empty()) return;
      const std::vector<size_t>& rows = by.at(to_lower(value));
      if (rows.size() < 2) return;
      size_t other = rows.front() == i ? rows[1] : rows.front();
      row.add(Severity::Warning, column,
              fmt::format("{} is the {} of row {}, too", quoted(value), what, roster_.candidates[other].line),
              "the same person twice? Delete one of the rows");
    };
    tell(by_name_, candidate.name, "name", "name");
    tell(by_mail_, candidate.email, row.mail_column(), "mail address");
  }

  // A mail address of one person beside the name of another is how a rejection goes to the wrong one.
  void judge_mail_owner(size_t i, RowJudge& row) const {
    const Candidate& candidate = roster_.candidates[i];
    std::vector<std::string> in_mail = names_in_mail(candidate.email);
    // Other scripts have more than one way into an address.
    if (in_mail.empty() || plain_names_[i].empty() || is_for_examples(candidate.email) ||
        !is_latin_alike(candidate.name))
      return;
    auto belongs_to = [&](size_t whose) {
      std::vector<std::string> words = words_of(plain_names_[whose]);
      // Initials and particles are part of any address.
      auto is_short = [](const std::string& word) { return word.size() < 3; };
      if (!std::all_of(words.begin(), words.end(), is_short)) std::erase_if(words, is_short);
      return std::any_of(in_mail.begin(), in_mail.end(), [&](const std::string& part) {
        return std::any_of(words.begin(), words.end(),
                           [&](const std::string& word) { return agree(simplified(part), word); });
      });
    };
    if (belongs_to(i)) return;
    for (const std::string& part : in_mail) {
      auto others = by_word_.find(simplified(part));
      if (others == by_word_.end() || others->second.size() > 3 || part.size() < 4) continue;
      const Candidate& other = roster_.candidates[others->second.front()];
      row.add(Severity::Warning, row.mail_column(),
              fmt::format("{} looks like the address of {} in row {}, not of {}", quoted(candidate.email),
                          quoted(other.name), other.line, quoted(candidate.name)),
              "have rows slipped against each other?");
      return;
    }
    // Two whole names, and neither is this one's.
    if (in_mail.size() >= 2) {
      row.add(Severity::Warning, row.mail_column(),
              fmt::format("{} does not look like the address of {}", quoted(candidate.email), quoted(candidate.name)),
              "the right address for this name?");
    }
  }

  const Campaign& campaign_;
  const Roster& roster_;
  std::set<std::string, std::less<>> drawn_;
  std::vector<std::string> plain_names_;
  LinesBy by_name_;
  LinesBy by_mail_;
  LinesBy by_word_;
};

}  // namespace

std::vector<Findings> preflight(const Campaign& campaign, const Roster& roster) {
  return RosterJudge(campaign, roster).judge();
}

}  // namespace candid::campaign
