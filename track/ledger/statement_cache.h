#pragma once
// Statements of one connection that are made once and used again: preparing one costs more than a look-up by a key.
// Internal to track.

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include <SQLiteCpp/SQLiteCpp.h>

namespace candid::track {

// Used under the mutex of its connection, and gone before it.
class StatementCache {
 public:
  // A statement for one use. However that ends, it is reset then: one that is left half-way holds its reader's view of
  // the ledger, and with it every checkpoint.
  class Use {
   public:
    explicit Use(SQLite::Statement& statement) : statement_(statement) {}
    ~Use() {
      statement_.tryReset();
      try {
        statement_.clearBindings();
      } catch (const SQLite::Exception&) {
        // Every use binds all of its parameters anyway.
      }
    }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    SQLite::Statement& operator*() const { return statement_; }
    SQLite::Statement* operator->() const { return &statement_; }

   private:
    SQLite::Statement& statement_;
  };

  explicit StatementCache(SQLite::Database& database) : database_(database) {}

  // `sql` is one of the program's own texts, so that there are few. Throws as SQLite does.
  Use use(const std::string& sql) {
    auto found = statements_.find(sql);
    if (found == statements_.end()) {
      found = statements_.emplace(sql, std::make_unique<SQLite::Statement>(database_, sql)).first;
    }
    return Use(*found->second);
  }

 private:
  SQLite::Database& database_;
  std::unordered_map<std::string, std::unique_ptr<SQLite::Statement>> statements_;
};

}  // namespace candid::track
