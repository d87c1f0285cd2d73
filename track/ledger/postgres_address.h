#pragma once
// Where a PostgreSQL ledger is, in libpq's form. Internal to track.

#include <string>

#include "core/error.h"
#include "core/secret.h"

namespace candid::track {

struct PostgresAddress {
  Secret connection;            // what libpq is given: the password may be in it
  std::string shown;            // "postgresql://user@host:5432/database", for people
  bool is_looked_into = false;  // its connections refuse to write
};

// InvalidInput for what is no address, and for one with a password in it: addresses end up in shell histories and
// process lists. The password comes from $PGPASSWORD or the secrets file, else libpq looks into ~/.pgpass. Servers that
// are not on this machine are asked for TLS, unless ?sslmode= or $PGSSLMODE says otherwise.
Result<PostgresAddress> read_postgres_address(const std::string& address);

}  // namespace candid::track
