#pragma once
// Errors on their way through the API: as JSON and a status on the server, as an Error again on the other side.

#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "track/web/http_message.h"

namespace candid::track {

// {"error": {"kind", "message", "hint", "retryable"}}
std::string to_json(const Error& error);
// Nothing when the text is not such JSON. A kind that this program does not know is Network.
std::optional<Error> error_from_json(std::string_view json);

// 400 InvalidInput, 403 PermissionDenied, 404 NotFound, 409 Exists, 507 NoSpace; else 503 where a retry may help, 501
// for Unsupported, and 500.
int status_of(const Error& error);

HttpResponse json_answer(int status, std::string json);
HttpResponse error_answer(int status, const Error& error);
// A refusal of the server around the API (too much, too long, too often) that is in plain text, as one of the API's
// errors; Retry-After stays.
HttpResponse api_refusal(const HttpResponse& plain);
// The answer to a call that failed in the ledger or the store. What this machine is to blame for is logged; that its
// own files are denied to it says nothing about the sender's rights, and becomes Io.
HttpResponse failure_answer(const Error& error);

}  // namespace candid::track
