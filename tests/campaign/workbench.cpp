#include "tests/campaign/workbench.h"

#include "tests/support/clips.h"

namespace candid::test {

Workbench::Workbench() : temporary_(must(TemporaryFolder::create())) {
  must(make_folder(folder()));
  write("campaign.toml", kToml);
  write("candidates.csv", kRoster);
  write(
      "logo.svg",
      R"(<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20" fill="#fff"/></svg>)");
  record(
      "-f lavfi -i testsrc2=size=320x180:rate=30:duration=1.5 -f lavfi -i sine=440:duration=1.5:sample_rate=48000 "
      "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a pcm_s16le");
}

void Workbench::write(const std::string& name, std::string_view content) const {
  must(write_file(folder() / name, content));
}

void Workbench::record(const std::string& arguments) const {
  make_clip(folder() / "take.mkv", arguments);
}

campaign::Job Workbench::job() const {
  Findings findings;
  auto job = campaign::load_job(folder(), findings);
  for (const Finding& finding : findings) {
    if (finding.severity == Severity::Error) ADD_FAILURE() << finding.describe();
  }
  return must(std::move(job));
}

std::map<std::string, campaign::RenderState> Workbench::render() const {
  campaign::Job ready = job();
  campaign::Plan plan = must(campaign::make_plan(ready));
  auto workspace = must(campaign::Workspace::open(folder()));
  auto outcomes = must(campaign::render(ready, plan, workspace, {}, {}, {}));
  std::map<std::string, campaign::RenderState> states;
  for (const auto& outcome : outcomes) {
    if (outcome.error) ADD_FAILURE() << outcome.error->describe();
    states[ready.roster.candidates[outcome.candidate].id] = outcome.state;
  }
  return states;
}

std::filesystem::path Workbench::video(const std::string& id) const {
  campaign::Job ready = job();
  for (const auto& message : must(campaign::make_plan(ready)).messages) {
    if (ready.roster.candidates[message.candidate].id == id) return out() / message.file_name;
  }
  ADD_FAILURE() << "no candidate " << id;
  return {};
}

}  // namespace candid::test
