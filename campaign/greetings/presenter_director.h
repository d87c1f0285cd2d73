#pragma once
// Leads a sitting by what the drawn presenter says, without anybody.

#include <optional>
#include <string>
#include <vector>

#include "campaign/greetings/sitting.h"
#include "capture/recording.h"

namespace candid::campaign {

// What the presenter is to say in these turns; without a script in campaign.toml, the name as a greeting.
std::vector<std::string> presenter_lines(const std::vector<Sitting::Turn>& turns);

// Each line that the presenter says is good half-way to the next. One thread: the recording's.
class PresenterDirector {
 public:
  // `lines`: of the candidates in the sitting's order; whose line the presenter cannot say is skipped. `marks`:
  // Source::marks(). The sitting is borrowed.
  PresenterDirector(Sitting& sitting, const std::vector<std::string>& lines,
                    const std::vector<capture::ScriptMark>& marks);

  // A capture::Director.
  capture::Direction hear(const capture::Moment& moment, const capture::RecordState& state);

 private:
  Result<void> go_on(Microseconds now);

  Sitting& sitting_;
  std::vector<std::optional<Microseconds>> ends_;  // when each candidate's greeting is over; nothing: not said
};

}  // namespace candid::campaign
