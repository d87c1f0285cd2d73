// candid backup: the ledger, as of one moment, in a file, and the candidates' video replies beside it.

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "campaign/replies/reply_copies.h"
#include "cli/ledger_options.h"
#include "cli/session.h"
#include "cli/upload_display.h"
#include "core/text.h"

namespace candid::cli {
namespace {

struct BackupOptions {
  std::filesystem::path file;
  bool without_replies = false;
  LedgerOptions where;
};

std::filesystem::path replies_beside(const std::filesystem::path& file) {
  return file.string() + ".replies";
}

bool is_on_server(const campaign::Places& places) {
  return places.ledger == campaign::kOnServer || places.ledger.starts_with("http");
}

// Found before anything is written, as far as it can be.
Result<void> refuse_existing(const std::filesystem::path& folder) {
  std::error_code code;
  if (!std::filesystem::exists(std::filesystem::symlink_status(folder, code))) return {};
  return fail(ErrorKind::Exists, fmt::format("{} is there already", folder.string()),
              "a backup replaces nothing: name a file beside which there is no such folder");
}

Result<campaign::ReplyCopies> copy_replies(const Session& session, const std::filesystem::path& replies,
                                           const std::filesystem::path& file) {
  auto copies = campaign::copy_replies(replies, replies_beside(file), session.stop);
  if (copies) return copies;
  return tl::unexpected(copies.error().wrapped(fmt::format(
      "the ledger is in {}, but the video replies of {} were not copied", file.string(), replies.string())));
}

// What is not in it exists nowhere else, so it is said whether or not there is any.
void tell_backup(const Session& session, const BackupOptions& options, const campaign::Places& places,
                 const campaign::ReplyCopies& copies) {
  const std::string replies = places.data.replies().string();
  if (is_on_server(places)) {
    session.console.note("note: not in it: the candidates' video replies. They lie on the server: back up there, too.");
  } else if (options.without_replies) {
    session.console.note(fmt::format(
        "note: not in it: the candidates' video replies. They lie in {} alone: copy that folder, too.", replies));
  } else if (copies.replies > 0) {
    session.console.say(
        fmt::format("{} in {} ({}); as DATA/replies they are there again.",
                    copies.replies == 1 ? "1 video reply is" : fmt::format("{} video replies are", copies.replies),
                    replies_beside(options.file).string(), bytes_in_words(copies.bytes)));
  } else {
    session.console.say(fmt::format("There are no video replies in {}.", replies));
  }
}

Outcome run_backup(const Session& session, const BackupOptions& options) {
  const campaign::Places places = options.where.places();
  const bool has_replies = !options.without_replies && !is_on_server(places);
  auto ledger = open_existing_ledger(session, places);
  if (!ledger) return session.failed(ledger.error());
  auto done = has_replies ? refuse_existing(replies_beside(options.file)) : Result<void>();
  if (done) done = ledger->ledger->back_up(options.file);
  if (!done) return session.failed(done.error());
  // After the ledger: none of which it tells is missing, but for those that are erased in between.
  campaign::ReplyCopies copies;
  if (has_replies) {
    auto copied = copy_replies(session, places.data.replies(), options.file);
    if (!copied) return session.failed(copied.error());
    copies = *copied;
  }
  std::error_code code;
  uint64_t bytes = std::filesystem::file_size(options.file, code);
  if (session.console.json) {
    nlohmann::json facts{{"file", options.file.string()}, {"bytes", bytes}, {"replies", nullptr}};
    if (has_replies) facts["replies"] = {{"count", copies.replies}, {"bytes", copies.bytes}, {"folder", nullptr}};
    if (copies.replies > 0) facts["replies"]["folder"] = replies_beside(options.file).string();
    session.console.print_json(facts);
  }
  session.console.say(fmt::format("The ledger is in {} ({}); as DATA/ledger.db it is one again.", options.file.string(),
                                  bytes_in_words(bytes)));
  tell_backup(session, options, places, copies);
  return Outcome::Done;
}

}  // namespace

void add_backup(CLI::App& program, Session& session) {
  auto options = std::make_shared<BackupOptions>();
  CLI::App* command = program.add_subcommand(
      "backup", "write the ledger, as of now, into a new file, and the candidates' video replies into FILE.replies");
  command->add_option("FILE", options->file, "a file that is not there yet")->required();
  command->add_flag("--without-replies", options->without_replies, "the ledger alone");
  add_ledger_options(*command, options->where);
  add_json_option(*command, session);
  command->callback(
      [options, &session] { session.command = [options, &session] { return run_backup(session, *options); }; });
}

}  // namespace candid::cli
