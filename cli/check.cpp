// candid check: whether a take is fit to send.

#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/check_report.h"
#include "cli/session.h"

namespace candid::cli {
namespace {

double seconds(Microseconds time) {
  return std::chrono::duration<double>(time).count();
}

// To the tenth of a decibel; null for silence, which JSON has no number for.
nlohmann::json decibels(double level) {
  if (!std::isfinite(level) || level <= capture::kSilent) return nullptr;
  return std::round(level * 10) / 10;
}

nlohmann::json rounded(double value) {
  return std::round(value * 1000) / 1000;
}

nlohmann::json finding_json(const capture::TakeFinding& finding) {
  return {{"fault", capture::to_string(finding.fault)},
          {"severity", to_string(finding.severity)},
          {"message", finding.message},
          {"remedy", finding.remedy},
          {"start_s", rounded(seconds(finding.where.start))},
          {"end_s", rounded(seconds(finding.where.end))}};
}

nlohmann::json sound_json(const capture::TakeReport& report) {
  if (!report.times.sound) return nullptr;
  const capture::SoundFacts& sound = report.sound;
  nlohmann::json json = {{"integrated_lufs", decibels(report.loudness.integrated_lufs)},
                         {"true_peak_dbtp", decibels(report.loudness.true_peak_dbtp)},
                         {"speech_dbfs", decibels(sound.speech_dbfs)},
                         {"noise_dbfs", decibels(sound.noise_dbfs)},
                         {"left_dbfs", decibels(sound.left_dbfs)},
                         {"right_dbfs", decibels(sound.right_dbfs)},
                         {"clipped_share", rounded(sound.clipped_share)},
                         {"voice", nullptr},
                         {"hum", nullptr}};
  if (sound.voice) {
    json["voice"] = {{"start_s", rounded(seconds(sound.voice->start))}, {"end_s", rounded(seconds(sound.voice->end))}};
  }
  if (sound.hum.mains_hz != 0) {
    json["hum"] = {{"hz", sound.hum.mains_hz}, {"level_dbfs", decibels(sound.hum.level_dbfs)}};
  }
  return json;
}

nlohmann::json picture_json(const capture::TakeReport& report) {
  if (!report.times.picture) return nullptr;
  const capture::PictureSummary& picture = report.picture;
  nlohmann::json json = {{"mean_luma", rounded(picture.mean_luma)},
                         {"bright_luma", rounded(picture.bright)},
                         {"black_s", rounded(seconds(picture.black))},
                         {"frozen_s", rounded(seconds(picture.frozen))},
                         {"blur_thousandths", nullptr},
                         {"face", nullptr}};
  if (picture.blur) json["blur_thousandths"] = rounded(1000 * *picture.blur);
  if (picture.face) {
    const capture::FaceFacts& face = *picture.face;
    json["face"] = {{"left", rounded(face.box.left)},
                    {"top", rounded(face.box.top)},
                    {"right", rounded(face.box.right)},
                    {"bottom", rounded(face.box.bottom)},
                    {"size", rounded(face.size)},
                    {"luma", rounded(face.luma)},
                    {"behind_luma", rounded(picture.behind_luma)}};
  }
  return json;
}

nlohmann::json check_json(const std::filesystem::path& take, const capture::TakeReport& report) {
  nlohmann::json findings = nlohmann::json::array();
  for (const capture::TakeFinding& finding : report.findings) findings.push_back(finding_json(finding));
  nlohmann::json trim = nullptr;
  if (report.trim) {
    trim = {{"start_s", rounded(seconds(report.trim->start))},
            {"end_s", rounded(seconds(report.trim->end))},
            {"line", report.trim->line()}};
  }
  nlohmann::json lips = nullptr;
  if (report.lips) {
    lips = {{"late_ms", std::llround(1000 * seconds(report.lips->late))},
            {"correlation", rounded(report.lips->correlation)}};
  }
  return {{"take", take.string()},
          {"fit", report.is_fit()},
          {"findings", findings},
          {"trim", trim},
          {"facts",
           {{"duration_s", rounded(seconds(report.times.duration))},
            {"sound", sound_json(report)},
            {"picture", picture_json(report)},
            {"lips", lips}}}};
}

Outcome run_check(Session& session, const std::filesystem::path& take) {
  Result<capture::TakeReport> report = check_with_progress(session, take);
  if (!report) {
    session.failed(report.error());
    // "Failed" is said of takes that are not fit; a file that is no take has not been judged.
    ErrorKind kind = report.error().kind();
    bool is_no_take = kind == ErrorKind::NotFound || kind == ErrorKind::InvalidInput || kind == ErrorKind::Corrupt;
    return is_no_take ? Outcome::WrongInput : Outcome::Failed;
  }
  if (session.console.json) {
    session.console.print_json(check_json(take, *report));
  } else {
    say_report(session.console, take, *report);
  }
  return report->is_fit() ? Outcome::Done : Outcome::Failed;
}

}  // namespace

void add_check(CLI::App& program, Session& session) {
  auto take = std::make_shared<std::filesystem::path>();
  CLI::App* command =
      program.add_subcommand("check", "whether a take is fit to send: its sound, light, sharpness, face");
  command->add_option("TAKE", *take, "the recording, NAME.mkv or another video")->required();
  add_json_option(*command, session);
  command->callback([take, &session] { session.command = [take, &session] { return run_check(session, *take); }; });
}

}  // namespace candid::cli
