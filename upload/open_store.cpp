#include "upload/open_store.h"

#include "upload/folder_store.h"
#include "upload/http/candid_store.h"
#include "upload/http/dav_store.h"
#include "upload/http/tus_store.h"
#include "upload/s3/s3_store.h"

namespace candid::upload {

Result<std::unique_ptr<Store>> open_store(const StoreAddress& address, const StoreSettings& settings) {
  switch (address.kind) {
    case StoreKind::Folder:
      return std::unique_ptr<Store>(TRY(FolderStore::open(address.folder)));
    case StoreKind::S3:
      return make_s3_store(address, settings);
    case StoreKind::Dav:
      return make_dav_store(address, settings);
    case StoreKind::Tus:
      return make_tus_store(address, settings);
    case StoreKind::Candid:
      return make_candid_store(address, settings);
  }
  return fail(ErrorKind::Internal, "a store of no kind");
}

}  // namespace candid::upload
