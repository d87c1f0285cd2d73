#pragma once
// The tests that every store must pass (upload/store.h). A backend joins with
//   INSTANTIATE_TEST_SUITE_P(Folder, StoreContract, testing::Values(StoreBackend{"folder", make}));

#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>

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
};

inline void PrintTo(const StoreBackend& backend, std::ostream* out) {
  *out << backend.name;
}

class StoreContract : public testing::TestWithParam<StoreBackend> {
 protected:
  StoreContract() : under_test_(GetParam().make()) {}
  Store& store() { return *under_test_.store; }
  // The object's bytes as text; fails the test when it is not there.
  std::string text(std::string_view name);
  void put(std::string_view name, std::string_view text);

 private:
  StoreUnderTest under_test_;
};

}  // namespace candid::upload::test
