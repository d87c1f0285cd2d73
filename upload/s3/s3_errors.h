#pragma once
// What an S3 store's answers mean: which of them may get better, and what each failure means to a person. Codes:
// docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html, and those of Swift, Ceph and MinIO.

#include <string>
#include <string_view>

#include "core/error.h"
#include "net/http.h"

namespace candid::upload {

// For net::RetryingTransport. Beside what is true of all HTTP: a 200 that holds an <Error> is one, a body that was cut
// or changed on the way is sent again, and a store that is full or refuses us does not change its mind.
bool s3_may_get_better(const net::HttpRequest& request, const net::HttpResponse& response);

// The code of an <Error>, whatever the status; "" when there is none. Safe to print.
std::string s3_code(const net::HttpResponse& response);

// Where it happened, for messages.
struct S3Place {
  std::string bucket{};
  std::string host{};
  std::string region{};
};

// `doing` reads "cannot store parts/ab/…". The code is quoted; nothing else that the server said is.
Error s3_failure(const net::HttpResponse& response, std::string_view doing, const S3Place& place);

}  // namespace candid::upload
