#pragma once
// Objects over HTTP: reading with ranges, and uploads in pieces that are durable one by one (docs/api.md).

#include <string_view>

#include "track/api/object_door.h"
#include "track/web/http_message.h"

namespace candid::track {

// Thread-safe. The caller has checked who asks.
class StoreApi {
 public:
  explicit StoreApi(ObjectDoor& objects) : objects_(objects) {}
  HttpResponse answer(const HttpRequest& request, std::string_view name);

 private:
  HttpResponse read(const HttpRequest& request, std::string_view name);
  HttpResponse remove(std::string_view name);
  HttpResponse put(const HttpRequest& request, std::string_view name);
  HttpResponse how_far(const ObjectUpload& upload);
  HttpResponse refused_piece(const ObjectUpload& upload, const Error& error);

  ObjectDoor& objects_;
};

}  // namespace candid::track
