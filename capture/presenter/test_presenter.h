#pragma once
// The camera "test:": a drawn presenter who speaks a script, for machines without a camera, for demonstrations and for
// tests. Deterministic: the same settings give the same pictures and samples.

#include <memory>
#include <optional>
#include <vector>

#include "capture/source.h"

namespace candid::capture {

// Ends one second after the last line. Not paced to real time: moments come as fast as they are drawn.
class TestPresenter final : public Source {
 public:
  // An empty script means default_script(). The whole script is spoken here, at about thirty times real time.
  static Result<std::unique_ptr<TestPresenter>> create(const SourceSettings& settings);
  ~TestPresenter() override;

  SourceFormat format() const override;
  Result<std::optional<Moment>> next() override;
  SourceCounts counts() const override;
  std::vector<ScriptMark> marks() const override;
  // From the script's beginning again.
  void rewind();
  // Moments that are not drawn; past the end it goes on at the beginning.
  void skip(int64_t moments);
  // All of it, whole moments long.
  media::Samples speech() const;

 private:
  struct State;
  explicit TestPresenter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace candid::capture
