// candid transcode-reply: what `candid serve` runs for a candidate's video. Not for people, and not in --help.

#include <cstdio>

#include "campaign/replies/reply_child.h"
#include "cli/session.h"

namespace candid::cli {

void add_transcode_reply(CLI::App& program, Session& session) {
  auto job = std::make_shared<campaign::ReplyJob>();
  CLI::App* command = program.add_subcommand(campaign::kTranscodeCommand, "make one reply playable")->group("");
  command->add_option("raw", job->raw, "the recording")->required();
  command->add_option("video", job->video, "the MP4 to make")->required();
  command->add_option("poster", job->poster, "the JPEG to make")->required();
  command->callback([job, &session] {
    session.command = [job] {
      campaign::ChildReport report = campaign::transcode_as_child(*job);
      std::puts(report.line.c_str());
      return report.is_final ? Outcome::Done : Outcome::Failed;
    };
  });
}

}  // namespace candid::cli
