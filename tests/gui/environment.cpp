// What tests gave up must not outlive main(): statics that it uses would end before it.

#include <gtest/gtest.h>

#include "gui/worker.h"

namespace candid::gui {
namespace {

class JoinedWork : public testing::Environment {
 public:
  void TearDown() override { Worker::join_all(); }
};

const testing::Environment* const kJoinedWork = testing::AddGlobalTestEnvironment(new JoinedWork);

}  // namespace
}  // namespace candid::gui
