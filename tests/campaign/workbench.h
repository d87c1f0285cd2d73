#pragma once
// A small campaign in a temporary folder: 320x180, a second and a half, one lower third.

#include <map>
#include <string>

#include "campaign/job.h"
#include "campaign/plan.h"
#include "campaign/render.h"
#include "campaign/workspace.h"
#include "core/files.h"
#include "tests/support/results.h"

namespace candid::test {

inline const std::string kToml = R"(name = "Test campaign"
roster = "candidates.csv"
take = "take.mkv"

[brand]
logo = "logo.svg"

[[layer]]
kind = "image"
image = "logo.svg"

[[layer]]
kind = "lower_third"
text = "{{name}}"
subtext = "{{role}}"

[page]
headline = "For {{name}}"
)";

inline const std::string kRoster =
    "id,name,role,email\n1,Jane Sample,Engineer,jane@example.com\n2,王小明,Designer,xm@example.com\n";

class Workbench {
 public:
  // With a take from the ffmpeg program: a moving test picture, and a tone.
  Workbench();

  std::filesystem::path folder() const { return temporary_.path() / "campaign"; }
  std::filesystem::path out() const { return folder() / "out"; }
  void write(const std::string& name, std::string_view content) const;
  // The take anew, by ffmpeg arguments.
  void record(const std::string& arguments) const;

  campaign::Job job() const;
  // Renders all and returns state by candidate id.
  std::map<std::string, campaign::RenderState> render() const;
  // The MP4 of a candidate.
  std::filesystem::path video(const std::string& id) const;

 private:
  TemporaryFolder temporary_;
};

}  // namespace candid::test
