#include "campaign/manifest.h"

#include <set>

#include <nlohmann/json.hpp>

namespace candid::campaign {
namespace {

constexpr int kManifestVersion = 1;

}  // namespace

Result<void> write_manifest(const Job& job, const Plan& plan, const Workspace& workspace,
                            const std::vector<RenderOutcome>& outcomes) {
  std::set<std::string> failed;
  for (const RenderOutcome& outcome : outcomes) {
    if (outcome.state == RenderState::Failed || outcome.state == RenderState::Cancelled)
      failed.insert(outcome.message_id);
  }
  nlohmann::json ranges = nlohmann::json::array();
  for (const PlannedRange& range : plan.ranges) {
    ranges.push_back(
        {{"first_frame", range.first_frame}, {"frames", range.frame_count}, {"personal", range.is_personal}});
  }
  nlohmann::json messages = nlohmann::json::array();
  for (const PlannedMessage& message : plan.messages) {
    if (failed.contains(message.id)) continue;
    std::optional<encode::Recipe> recipe = workspace.find_recipe(message.id);
    if (!recipe || recipe->key != message.key) continue;  // not made yet: a run of one candidate
    messages.push_back({{"message", message.id},
                        {"candidate", job.roster.candidates[message.candidate].id},
                        {"file", message.file_name},
                        {"bytes", recipe->size},
                        {"greeting", message.greeting},
                        {"segments", message.segments}});
  }
  nlohmann::json manifest = {
      {"version", kManifestVersion},       {"campaign", job.campaign.id},
      {"frames", job.timeline.frames},     {"frame_rate", {job.timeline.rate.num, job.timeline.rate.den}},
      {"crossfade", job.crossfade_frames}, {"ranges", std::move(ranges)},
      {"messages", std::move(messages)}};
  return write_file(workspace.folder() / "manifest.json", manifest.dump(1) + "\n");
}

}  // namespace candid::campaign
