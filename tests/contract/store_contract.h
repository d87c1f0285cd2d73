#pragma once
// The tests that every store must pass (upload/store.h). A backend joins with
//   INSTANTIATE_TEST_SUITE_P(Folder, StoreContract, testing::Values(StoreBackend{"folder", make}));

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "core/files.h"
#include "upload/store.h"

namespace candid::upload::test {

// An empty store, and whatever must live as long as it does.
struct StoreUnderTest {
  std::shared_ptr<void> home;
  std::unique_ptr<Store> store;
};

struct StoreBackend {
  std::string name;
  std::function<StoreUnderTest()> make;
  // Whether the server may say for a moment that an object is not there while a new one takes its place: Swift on one
  // disk looks for the old file, which is gone then, and has no copy elsewhere to ask.
  bool may_miss_while_replaced = false;
};

inline void PrintTo(const StoreBackend& backend, std::ostream* out) {
  *out << backend.name;
}

// Reproducible, and of all byte values.
std::string noise(uint64_t size, uint32_t seed = 1);

class StoreContract : public testing::TestWithParam<StoreBackend> {
 protected:
  StoreContract();
  Store& store() { return *under_test_.store; }
  // The object's bytes as text; fails the test when it is not there.
  std::string text(std::string_view name);
  void put(std::string_view name, std::string_view text);
  // A file of noise, gone with the test; the same for the same size.
  std::filesystem::path noise_file(uint64_t size);
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  StoreUnderTest under_test_;
  TemporaryFolder folder_;
};

}  // namespace candid::upload::test
