#pragma once
// The program beside a small campaign with a data folder of its own.

#include <cstdlib>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <sys/wait.h>

#include "campaign/publishing/link_book.h"
#include "core/digest.h"
#include "tests/campaign/workbench.h"
#include "tests/cli/ended.h"
#include "tests/support/clips.h"
#include "track/ledger/ledger.h"

namespace candid::test {

class PublishProgram : public testing::Test {
 protected:
  std::filesystem::path data() const { return bench.folder().parent_path() / "data"; }
  std::string folder() const { return quoted(bench.folder()); }

  Ended candid(const std::string& arguments, const std::string& environment = "") const {
    std::string command = "CANDID_DATA=" + quoted(data()) +
                          " XDG_CONFIG_HOME=" + quoted(bench.folder().parent_path() / "config") + " " + environment +
                          " '" CANDID_PROGRAM "' " + arguments;
    return run_shell(command, bench.folder().parent_path() / "stdout", bench.folder().parent_path() / "stderr");
  }
  std::map<std::string, campaign::BookedLink> booked() const {
    return campaign::read_links({bench.out() / "links.csv", bench.out() / "links-held.csv"});
  }
  bool opens(const std::string& url) const {
    auto ledger = must(track::open_sqlite_ledger(data() / "ledger.db"));
    return must(ledger->find_link(sha256(campaign::token_of(url)))).has_value();
  }

  Workbench bench;
};

}  // namespace candid::test
