// The folder store under the contract of all stores.

#include "core/files.h"
#include "tests/contract/store_contract.h"
#include "tests/support/results.h"
#include "upload/folder_store.h"

namespace candid::upload::test {
namespace {

using candid::test::must;

StoreUnderTest in_a_new_folder() {
  auto folder = std::make_shared<TemporaryFolder>(must(TemporaryFolder::create()));
  return {folder, must(FolderStore::open(folder->path() / "store"))};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Folder, StoreContract, testing::Values(StoreBackend{"folder", in_a_new_folder}));

}  // namespace candid::upload::test
