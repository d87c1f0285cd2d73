#include "campaign/greetings/sitting_journal.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "campaign/greetings/greeting_json.h"
#include "core/files.h"

namespace candid::campaign {
namespace {

constexpr int kSittingVersion = 1;
constexpr char kExtension[] = ".jsonl";

// A file name that sorts by time; no system refuses it.
std::string name_of(UtcTime began) {
  std::string name = format_utc(began);
  std::replace(name.begin(), name.end(), ':', '-');
  return name;
}

Result<void> append(const std::filesystem::path& path, const nlohmann::json& line) {
  // A torn last line would swallow this one.
  std::error_code code;
  bool is_torn = false;
  if (std::filesystem::file_size(path, code) > 0 && !code) {
    std::ifstream file(path, std::ios::binary);
    file.seekg(-1, std::ios::end);
    is_torn = file.get() != '\n';
  }
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::app);
  if (is_torn) file << '\n';
  file << line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n' << std::flush;
  if (!file) return tl::unexpected(system_error(errno, fmt::format("cannot write {}", path.string())));
  return sync_file(path);
}

Attempt attempt_of(const nlohmann::json& line) {
  return {line.at("candidate"), words_of(line), Microseconds(line.at("from_us").get<int64_t>()),
          Microseconds(line.at("to_us").get<int64_t>())};
}

// Throws where a line is not ours.
void add_line(const nlohmann::json& line, SittingRecord& sitting) {
  const std::string event = line.at("event");
  if (event == "good") {
    Attempt attempt = attempt_of(line);
    std::erase_if(sitting.good, [&](const Attempt& one) { return one.candidate == attempt.candidate; });
    sitting.good.push_back(std::move(attempt));
  } else if (event == "cut") {
    sitting.cuts.push_back(record_of(line));
  } else if (event == "placing") {
    sitting.placings.push_back(record_of(line));
  }
}

Result<SittingRecord> read_sitting(const std::filesystem::path& journal) {
  SittingRecord sitting;
  sitting.name = journal.stem().string();
  sitting.journal = journal;
  sitting.take = std::filesystem::path(journal).replace_extension(".mkv");
  auto corrupt = [&](int number) {
    return fail(ErrorKind::Corrupt, fmt::format("{}:{}: is not a line of a sitting", journal.string(), number),
                "move the file out of the folder, with its .mkv: nothing of it is cut then");
  };
  std::istringstream lines(TRY(read_text_file(journal)));
  int number = 0;
  for (std::string text; std::getline(lines, text);) {
    ++number;
    if (text.empty()) continue;
    try {
      nlohmann::json line = nlohmann::json::parse(text);
      if (line.value("version", kSittingVersion) > kSittingVersion) {
        return fail(ErrorKind::Unsupported, fmt::format("{} was written by a newer candid", journal.string()),
                    "update candid");
      }
      add_line(line, sitting);
    } catch (const nlohmann::json::parse_error&) {
      // Torn by a crash: the last line, or one that another run went on after.
    } catch (const nlohmann::json::exception&) {
      return corrupt(number);
    }
  }
  return sitting;
}

}  // namespace

std::filesystem::path sittings_folder(const std::filesystem::path& greetings) {
  return greetings / "sittings";
}

Result<std::vector<SittingRecord>> read_sittings(const std::filesystem::path& greetings) {
  std::vector<SittingRecord> sittings;
  const std::filesystem::path folder = sittings_folder(greetings);
  std::error_code code;
  if (!std::filesystem::exists(folder, code)) return sittings;
  std::vector<std::filesystem::path> journals;
  std::filesystem::directory_iterator entries(folder, code);
  for (; !code && entries != std::filesystem::end(entries); entries.increment(code)) {
    if (entries->path().extension() == kExtension) journals.push_back(entries->path());
  }
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot list {}", folder.string())));
  std::sort(journals.begin(), journals.end(), [](const auto& a, const auto& b) { return a.stem() < b.stem(); });
  for (const auto& journal : journals) sittings.push_back(TRY(read_sitting(journal)));
  return sittings;
}

Result<SittingJournal> SittingJournal::create(const std::filesystem::path& greetings, const std::string& campaign,
                                              UtcTime began) {
  const std::filesystem::path folder = sittings_folder(greetings);
  TRY_VOID(make_folder(folder));
  std::error_code code;
  std::filesystem::path path;
  for (int number = 1; path.empty() || std::filesystem::exists(path, code) ||
                       std::filesystem::exists(SittingJournal(path).take(), code);
       ++number) {
    // Within one second.
    std::string suffix = number == 1 ? "" : fmt::format("-{:02}", number);
    path = folder / fmt::format("{}{}{}", name_of(began), suffix, kExtension);
  }
  SittingJournal journal(path);
  TRY_VOID(append(path, {{"event", "begin"},
                         {"version", kSittingVersion},
                         {"campaign", campaign},
                         {"began", format_utc(began)},
                         {"take", journal.take().filename().string()}}));
  TRY_VOID(sync_folder(folder));
  return journal;
}

std::filesystem::path SittingJournal::take() const {
  return std::filesystem::path(path_).replace_extension(".mkv");
}

Result<void> SittingJournal::discard() const {
  return remove_file(path_);
}

Result<void> SittingJournal::good(const Attempt& attempt) const {
  nlohmann::json line = to_json(attempt.said);
  line["event"] = "good";
  line["candidate"] = attempt.candidate;
  line["from_us"] = attempt.from.count();
  line["to_us"] = attempt.to.count();
  return append(path_, line);
}

Result<void> SittingJournal::cut(const CutRecord& cut) const {
  nlohmann::json line = to_json(cut);
  line["event"] = "cut";
  return append(path_, line);
}

Result<void> SittingJournal::placing(const CutRecord& cut) const {
  nlohmann::json line = to_json(cut);
  line["event"] = "placing";
  return append(path_, line);
}

Result<void> SittingJournal::event(const std::string& what, const std::string& candidate, Microseconds at) const {
  return append(path_, {{"event", what}, {"candidate", candidate}, {"at_us", at.count()}});
}

}  // namespace candid::campaign
