// The ledger in an SQLite file.

#include "tests/contract/ledger_contract.h"

namespace candid::track::test {
namespace {

LedgerUnderTest make(const Clock& clock) {
  auto folder = std::make_shared<TemporaryFolder>(candid::test::must(TemporaryFolder::create()));
  std::filesystem::path file = folder->path() / "ledger.db";
  return {.home = folder, .open = [file, &clock] { return candid::test::must(open_sqlite_ledger(file, clock)); }};
}

INSTANTIATE_TEST_SUITE_P(Sqlite, LedgerContract, testing::Values(LedgerBackend{.name = "sqlite", .make = make}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace candid::track::test
