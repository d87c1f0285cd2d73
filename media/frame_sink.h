#pragma once
// The two verbs that let producers and consumers of frames meet without knowing each other: a recorder, an encoder and
// a preview are all sinks.

#include "core/error.h"
#include "media/frame.h"

namespace candid::media {

class FrameSink {
 public:
  virtual ~FrameSink() = default;
  // The next frame, in presentation order at the sink's constant rate. After an error the sink takes no more.
  virtual Result<void> push(Frame frame) = 0;
  // No more frames will come. Called once; the sink's output is complete when it returns.
  virtual Result<void> finish() = 0;
};

}  // namespace candid::media
