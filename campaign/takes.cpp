#include "campaign/takes.h"

#include <fmt/format.h>

#include "campaign/campaign_file.h"
#include "capture/script_timing.h"
#include "capture/take_sidecar.h"
#include "core/files.h"
#include "core/time.h"

namespace candid::campaign {

Result<TakePlan> plan_take(const TakeRequest& request) {
  TakePlan plan;
  plan.output = request.output;
  std::filesystem::path script = request.script;
  if (!request.campaign.empty()) {
    Findings ignored;
    Campaign campaign = TRY(read_campaign(request.campaign, ignored));
    if (plan.output.empty()) plan.output = campaign.take;
    std::error_code code;
    if (script.empty() && std::filesystem::exists(request.campaign / "script.txt", code))
      script = request.campaign / "script.txt";
  }
  if (plan.output.empty()) {
    return fail(ErrorKind::InvalidInput, "no place for the take",
                "candid record CAMPAIGN, or candid record -o take.mkv");
  }
  if (!script.empty()) plan.script = TRY(capture::read_script(script));
  const std::filesystem::path folder = plan.output.parent_path();
  if (!folder.empty()) TRY_VOID(make_folder(folder));
  return plan;
}

Result<std::filesystem::path> put_aside(const std::filesystem::path& take) {
  std::filesystem::path aside = take;
  std::error_code code;
  auto is_taken = [&] {
    return std::filesystem::exists(aside, code) || std::filesystem::exists(capture::sidecar_path(aside), code);
  };
  for (int i = 1; is_taken(); ++i)
    aside.replace_filename(fmt::format("{}.earlier-{}{}", take.stem().string(), i, take.extension().string()));
  std::filesystem::rename(take, aside, code);
  const std::filesystem::path sidecar = capture::sidecar_path(take);
  // A recording that was killed has none.
  if (!code && std::filesystem::exists(sidecar, code))
    std::filesystem::rename(sidecar, capture::sidecar_path(aside), code);
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot rename {}", take.string())));
  return aside;
}

Result<void> take_back(const std::filesystem::path& aside, const std::filesystem::path& take) {
  std::error_code code;
  if (std::filesystem::exists(take, code)) return {};
  std::filesystem::rename(aside, take, code);
  const std::filesystem::path sidecar = capture::sidecar_path(aside);
  if (!code && std::filesystem::exists(sidecar, code))
    std::filesystem::rename(sidecar, capture::sidecar_path(take), code);
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot rename {}", aside.string())));
  return {};
}

Result<std::optional<std::string>> add_marks(const capture::RecordSummary& recorded, const capture::Script& script) {
  if (script.empty() || !recorded.marks.empty()) return std::nullopt;
  auto timing = capture::time_script(script, recorded.path);
  if (!timing) {
    return fmt::format("note: where the script's lines were said could not be told ({})", timing.error().message());
  }
  auto sidecar = capture::read_sidecar(recorded.path);
  if (!sidecar) return std::nullopt;
  sidecar->marks = timing->marks;
  TRY_VOID(capture::write_sidecar(recorded.path, *sidecar));
  return std::nullopt;
}

std::string describe(const capture::TakeSidecar& sidecar) {
  std::string text = format_duration(sidecar.duration);
  if (sidecar.size.width > 0)
    text += fmt::format(", {} frames, {} dropped", sidecar.frames.in_take(), sidecar.frames.lost());
  if (sidecar.frames.repeated > 0)
    text += fmt::format(", {} stand in for pictures that never came", sidecar.frames.repeated);
  if (sidecar.missing_sound > Microseconds{0})
    text += fmt::format(", {} of sound missing", format_duration(sidecar.missing_sound));
  return text;
}

}  // namespace candid::campaign
