#include "track/ledger/postgres_backup.h"

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "core/encoding.h"
#include "track/ledger/postgres_pool.h"
#include "track/ledger/sqlite_backup.h"
#include "track/ledger/sqlite_connection.h"
#include "track/ledger/sqlite_schema.h"

namespace candid::track {
namespace {

constexpr int kRowsAtOnce = 2'000;

// A column as both databases name it, and how its values travel: 'i' a number, 't' text, 'b' bytes, 'f' true or false.
struct Column {
  std::string_view name;
  char kind = 't';
};
struct Table {
  std::string_view name;
  std::vector<Column> columns;
};

// In an order in which what is referred to comes first.
std::vector<Table> tables() {
  return {{"meta", {{"key"}, {"value", 'b'}}},
          {"message",
           {{"message_id"},
            {"campaign_id"},
            {"campaign_name"},
            {"candidate_id"},
            {"candidate_name"},
            {"candidate_email"},
            {"roster_line", 'i'},
            {"duration_us", 'i'},
            {"page"},
            {"video_ref"},
            {"poster_ref"},
            {"captions_ref"},
            {"published_at", 'i'}}},
          {"link",
           {{"id", 'i'},
            {"token_sha256", 'b'},
            {"message_id"},
            {"purpose"},
            {"created_at", 'i'},
            {"expires_at", 'i'},
            {"revoked_at", 'i'},
            {"do_not_track_at", 'i'},
            {"view_limit", 'i'},
            {"passcode_hash"},
            {"may_download", 'f'}}},
          {"link_view", {{"link_id", 'i'}, {"session"}}},
          {"event",
           {{"id", 'i'},
            {"link_id", 'i'},
            {"session"},
            {"sequence", 'i'},
            {"received_at", 'i'},
            {"kind"},
            {"body"},
            {"agent"},
            {"network"}}},
          {"api_token", {{"token_sha256", 'b'}, {"name"}, {"scope"}, {"created_at", 'i'}, {"expires_at", 'i'}}},
          {"erasure",
           {{"receipt"},
            {"erased_at", 'i'},
            {"reason"},
            {"messages", 'i'},
            {"links", 'i'},
            {"views", 'i'},
            {"events", 'i'}}},
          {"erased_identity", {{"digest", 'b'}, {"receipt"}}},
          {"view_count", {{"campaign_id"}, {"state"}, {"n", 'i'}}}};
}

std::string selection(const Table& table) {
  std::string list;
  for (const Column& column : table.columns) {
    if (!list.empty()) list += ", ";
    list += column.kind == 'b' ? fmt::format("encode({}, 'hex')", column.name) : std::string(column.name);
  }
  return fmt::format("SELECT {} FROM {}", list, table.name);
}

std::string insertion(const Table& table) {
  std::string names;
  std::string places;
  for (const Column& column : table.columns) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", column.name);
    places += places.empty() ? "?" : ", ?";
  }
  return fmt::format("INSERT INTO {} ({}) VALUES ({})", table.name, names, places);
}

void bind_field(SQLite::Statement& insert, int place, const pqxx::field& field, char kind) {
  if (field.is_null()) {
    insert.bind(place);
  } else if (kind == 'i') {
    insert.bind(place, field.as<int64_t>());
  } else if (kind == 'f') {
    insert.bind(place, field.as<bool>() ? 1 : 0);
  } else if (kind == 'b') {
    auto bytes = from_hex(field.c_str()).value_or(std::vector<uint8_t>());
    insert.bind(place, bytes.data(), static_cast<int>(bytes.size()));
  } else {
    insert.bind(place, std::string(field.c_str(), field.size()));
  }
}

void copy_table(PostgresQuery& query, SQLite::Database& database, const Table& table) {
  SQLite::Statement insert(database, insertion(table));
  query.run_once(fmt::format("DECLARE rows NO SCROLL CURSOR FOR {}", selection(table)));
  std::string fetch = fmt::format("FETCH FORWARD {} FROM rows", kRowsAtOnce);
  for (pqxx::result some = query.run_once(fetch); !some.empty(); some = query.run_once(fetch)) {
    for (const pqxx::row& row : some) {
      for (size_t i = 0; i < table.columns.size(); ++i) {
        bind_field(insert, static_cast<int>(i) + 1, row[static_cast<int>(i)], table.columns[i].kind);
      }
      insert.exec();
      insert.reset();
    }
  }
  query.run_once("CLOSE rows");
}

// Empties the file first: the work may run again.
Result<void> copy_all(PostgresQuery& query, const std::filesystem::path& file) {
  std::error_code code;
  std::filesystem::resize_file(file, 0, code);
  if (code) return tl::unexpected(system_error(code.value(), "cannot empty a backup that was begun"));
  return guarded("write the backup", [&]() -> Result<void> {
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
    // Nobody sees the file until it is whole and on the disk.
    database.exec("PRAGMA journal_mode = MEMORY");
    database.exec("PRAGMA synchronous = OFF");
    TRY_VOID(migrate(database));
    SQLite::Transaction transaction(database);
    database.exec("DELETE FROM meta");
    for (const Table& table : tables()) copy_table(query, database, table);
    transaction.commit();
    return {};
  });
}

}  // namespace

Result<void> back_up_postgres(const PostgresAddress& address, const std::filesystem::path& file) {
  return write_backup(file, [&](const std::filesystem::path& empty) {
    PostgresSession session(address);
    return session.transact(PostgresAccess::Snapshot, fmt::format("back up to {}", file.string()),
                            [&](PostgresQuery& query) { return copy_all(query, empty); });
  });
}

}  // namespace candid::track
