#include "track/evidence/networks.h"

#include <gtest/gtest.h>

#include "tests/support/results.h"
#include "track/evidence/evidence_assets.h"
#include "track/evidence/kept_list.h"

namespace candid::track {
namespace {

using candid::test::must;

std::string whose(std::string_view network) {
  const KnownNetwork* known = NetworkList::built_in().find(network);
  return known == nullptr ? "" : known->whose;
}

TEST(Networks, HoldWhatALedgerKeepsOfAnAddress) {
  EXPECT_EQ(whose("67.231.150.0/24"), "Proofpoint");
  EXPECT_EQ(whose("40.107.1.0/24"), "Microsoft's mail protection");
  EXPECT_EQ(whose("52.178.9.0/24"), "Microsoft's data centres");
  EXPECT_EQ(whose("2600:1f18:4000::/48"), "Amazon's data centres");
  EXPECT_EQ(whose("203.0.113.0/24"), "");
  EXPECT_EQ(whose("2001:db8:85a3::/48"), "");
  EXPECT_EQ(whose(""), "");
}

TEST(Networks, HoldWholeAddressesToo) {
  EXPECT_EQ(whose("205.139.110.77"), "Mimecast");
  EXPECT_EQ(whose("2a00:1450:4001:80f::200e"), "Google's data centres");
}

TEST(Networks, NarrowerRangesCountForAllThatIsKept) {
  EXPECT_EQ(whose("35.157.190.0/24"), "Barracuda");  // a /27 of theirs lies there, inside Amazon's
  EXPECT_EQ(whose("35.157.191.0/24"), "Amazon's data centres");
}

TEST(Networks, WiderOnesThanAnyRangeAreNotKnown) {
  EXPECT_EQ(whose("67.0.0.0/8"), "");
  EXPECT_EQ(whose("0.0.0.0/0"), "");
}

TEST(Networks, TheNarrowestRangeCounts) {
  const NetworkList list =
      must(NetworkList::parse("198.51.0.0/16\tdata_centre\touter\n198.51.100.0/24\tpeople\tinner\n"));
  EXPECT_EQ(list.find("198.51.100.0/24")->whose, "inner");
  EXPECT_EQ(list.find("198.51.101.0/24")->whose, "outer");
  EXPECT_EQ(list.find("198.51.0.0/17")->whose, "outer");
}

TEST(Networks, PeopleBehindProxiesAreNoMachines) {
  for (const char* network : {"172.225.46.0/24", "104.28.37.0/24", "2a02:26f7:da80::/48", "165.225.20.0/24",
                              "iCloud Private Relay", "AS16591 Google Fiber Inc.", "privacy relay (Cloudflare)",
                              "Cloudflare Zero Trust", "Cloud Nine Broadband", "AS16509 Amazon (residential proxy)"}) {
    const KnownNetwork* known = NetworkList::built_in().find(network);
    ASSERT_NE(known, nullptr) << network;
    EXPECT_TRUE(is_of_people(network)) << network;
    EXPECT_EQ(machine_network(network), "") << network;
  }
}

// Many people may be behind one gateway at once, and not in one home.
TEST(Networks, HomesAreASourceAndGatewaysAreNone) {
  EXPECT_TRUE(is_shared_by_people("iCloud Private Relay"));
  EXPECT_TRUE(is_shared_by_people("165.225.20.0/24"));
  for (const char* home : {"residential", "Comcast broadband", "AS16591 Google Fiber Inc."}) {
    EXPECT_TRUE(is_of_people(home)) << home;
    EXPECT_FALSE(is_shared_by_people(home)) << home;
  }
  EXPECT_FALSE(is_of_people("AS8075"));
}

TEST(Networks, AreFoundByNumberAndByName) {
  EXPECT_EQ(whose("AS8075"), "Microsoft's data centres");
  EXPECT_EQ(whose("AS30031 Mimecast North America"), "Mimecast");
  EXPECT_EQ(whose("as14061"), "DigitalOcean's data centres");
  EXPECT_EQ(whose("Proofpoint, Inc."), "Proofpoint");
  EXPECT_EQ(whose("Datacenter"), "a data centre");
  EXPECT_EQ(whose("AS80751"), "");
  EXPECT_EQ(whose("Lawson Telecom"), "");  // holds "aws"
  EXPECT_EQ(machine_network("residential"), "");
  EXPECT_EQ(whose("AS40934 Fortinet Inc."), "Fortinet");
  EXPECT_EQ(whose("AS27357"), "Rackspace's data centres");
}

TEST(Networks, AreFoundInWhateverFormTheyAreWritten) {
  for (const char* form : {"AS 8075", "ASN8075", "asn 8075", "AS8075", "AS8075 Microsoft"}) {
    EXPECT_EQ(whose(form), "Microsoft's data centres") << form;
  }
  for (const char* form : {"52.100.1.2:443", "52.100.1.2", "[2a01:111:f400::1]", "[2a01:111:f400::1]:443"}) {
    EXPECT_EQ(whose(form), "Microsoft's mail protection") << form;
  }
  EXPECT_EQ(truncated_network("203.0.113.77:8080"), "203.0.113.0/24");
  EXPECT_EQ(truncated_network("[2001:db8:85a3::1]:443"), "2001:db8:85a3::/48");
  for (const char* name :
       {"OVHcloud", "Rackspace", "IONOS SE", "GoDaddy.com, LLC", "Choopa, LLC", "HUAWEI CLOUDS", "Aliyun Computing",
        "server farm", "45.76.10.1", "149.28.1.1", "47.91.10.1", "43.153.10.1"}) {
    EXPECT_NE(whose(name), "") << name;
  }
  for (const char* name : {"Deutsche Telekom", "mobile carrier", "[", "[]", "[]:", ":1", "as", "asn", "Tas 5", ""}) {
    EXPECT_EQ(whose(name), "") << name;
  }
}

TEST(Networks, RefuseALineTheyCannotRead) {
  EXPECT_FALSE(NetworkList::parse("198.51.100.0/24\tdata_centre\n"));
  EXPECT_FALSE(NetworkList::parse("198.51.100.0/24\tsomewhere\tx\n"));
  EXPECT_FALSE(NetworkList::parse("198.51.100.0/33\tdata_centre\tx\n"));
  EXPECT_FALSE(NetworkList::parse("198.51.100/24\tdata_centre\tx\n"));
  EXPECT_FALSE(NetworkList::parse("\tdata_centre\tx\n"));
}

TEST(Networks, AreCutToWhatALedgerKeeps) {
  EXPECT_EQ(truncated_network("203.0.113.77"), "203.0.113.0/24");
  EXPECT_EQ(truncated_network("203.0.113.64/26"), "203.0.113.0/24");
  EXPECT_EQ(truncated_network("203.0.113.0/24"), "203.0.113.0/24");
  EXPECT_EQ(truncated_network("203.0.0.0/16"), "203.0.0.0/16");
  EXPECT_EQ(truncated_network("2001:db8:85a3:1:2:3:4:5"), "2001:db8:85a3::/48");
  EXPECT_EQ(truncated_network("AS8075"), "AS8075");
}

TEST(KeptLists, SayOfWhenTheyAre) {
  for (const auto& [name, text] : evidence_assets()) {
    std::string_view date = date_of_list(text);
    ASSERT_EQ(date.size(), 10u) << name;
    EXPECT_TRUE(date.starts_with("20") && date[4] == '-' && date[7] == '-') << name;
    EXPECT_NE(text.find("Sources: "), std::string_view::npos) << name;
  }
}

}  // namespace
}  // namespace candid::track
