#include "track/web/access_log.h"

#include <gtest/gtest.h>

namespace candid::track {
namespace {

TEST(AccessPath, TellsTheKindOfAddressAlone) {
  EXPECT_EQ(access_path("/v/kq3_TOKEN"), "/v/*");
  EXPECT_EQ(access_path("/v/kq3_TOKEN/events"), "/v/*/events");
  EXPECT_EQ(access_path("/v/kq3_TOKEN/contents/SESSION"), "/v/*/contents");
  EXPECT_EQ(access_path("/m/GRANT/video.mp4"), "/m/*/video.mp4");
  EXPECT_EQ(access_path("/api/store/parts/ab/abcd"), "/api/store/*");
  EXPECT_EQ(access_path("/api/store/recipes/m-1.json"), "/api/store/*");
  EXPECT_EQ(access_path("/api/ledger/find_link"), "/api/ledger/find_link");
  EXPECT_EQ(access_path("/healthz"), "/healthz");
  EXPECT_EQ(access_path("/r/c/CAMPAIGN/m/MESSAGE"), "/r/c/*");
  EXPECT_EQ(access_path("/r/login"), "/r/login");
  EXPECT_EQ(access_path("/"), "/");
  EXPECT_EQ(access_path("/metrics"), "/metrics");
  EXPECT_EQ(access_path("/r"), "/r");
  EXPECT_EQ(access_path("/v/kq3_TOKEN/reply/video"), "/v/*/reply");
}

TEST(AccessPath, ShowsNothingThatSomebodyPutThere) {
  for (const char* path : {"/SECRET", "/v/SECRET/SECRET", "/v/x/events/SECRET", "SECRET", "/api/SECRET/x",
                           "/api/ledger/SECRET", "/api/store/SECRET", "/m/SECRET/SECRET", "//SECRET", "/v//SECRET",
                           "https://SECRET@host/v/x", "/v/x/video.mp4SECRET", "/SECRET\n/v", "/r/SECRET",
                           "/r/c/SECRET/m/SECRET", "/r/c/SECRET.csv", "/metrics/SECRET", "/v/x/reply/video/SECRET"}) {
    EXPECT_EQ(access_path(path).find("SECRET"), std::string::npos) << path << " as " << access_path(path);
    EXPECT_EQ(access_path(path).find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace candid::track
