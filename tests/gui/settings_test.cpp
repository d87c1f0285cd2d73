#include "gui/settings.h"

#include <gtest/gtest.h>

#include "core/files.h"
#include "tests/support/results.h"

namespace candid::gui {
namespace {

using candid::test::must;

class SettingsTest : public testing::Test {
 protected:
  std::filesystem::path file() const { return folder_.path() / "candid" / "window.json"; }
  TemporaryFolder folder_ = must(TemporaryFolder::create());
};

TEST_F(SettingsTest, WhatIsWrittenIsReadAgain) {
  Settings settings;
  settings.place = {-20, 40, 1400, 900, true};
  settings.appearance = Appearance::Light;
  settings.zoom = 1.25F;
  settings.language = "de";
  settings.camera = "/dev/video2";
  settings.microphone = "pulse:a \"strange\" one";
  settings.is_mirrored = false;
  settings.picture_size = {640, 360};
  settings.countdown = 0;
  must(write_settings(file(), settings));
  EXPECT_EQ(read_settings(file()), settings);
}

TEST_F(SettingsTest, WithoutAFileEverythingIsAsItComes) {
  EXPECT_EQ(read_settings(file()), Settings{});
}

TEST_F(SettingsTest, ADamagedFileNeverKeepsTheWindowFromOpening) {
  for (const char* text : {"", "{", "[]", "null",
                           R"({"zoom": "large", "width": -3, "countdown": 99, "x": 1.5, "picture_size": [-4, "x"]})"}) {
    must(make_folder(file().parent_path()));
    must(write_file(file(), std::string_view(text)));
    const Settings settings = read_settings(file());
    EXPECT_EQ(settings.zoom, 1) << text;
    EXPECT_GE(settings.place.width, 200) << text;
    EXPECT_LE(settings.countdown, 10) << text;
    EXPECT_FALSE(settings.place.x) << text;
    EXPECT_FALSE(settings.picture_size) << text;
  }
}

}  // namespace
}  // namespace candid::gui
