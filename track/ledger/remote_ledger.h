#pragma once
// The ledger of a candid server, over its API (ledger_api.h). The transport repeats what may get better.

#include <memory>

#include "core/secret.h"
#include "net/http.h"
#include "track/ledger/ledger.h"

namespace candid::track {

// `server` is "https://host" without a slash at its end; the transport outlives the ledger. Makes no transfer yet.
// Errors of the server arrive with their kind, words and hint. Calls that must not run twice carry a key of their own,
// so that the server tells a repeat from a new call.
//
// A call is at most kLongestCall (api.h) long. Messages beyond that go in several, each all or none. So do events of
// several append()s that waited together; one append() of more is InvalidInput.
std::unique_ptr<Ledger> make_remote_ledger(const std::string& server, Secret api_token, net::HttpTransport& transport);

// For RetryingTransport (net/retry.h): as may_get_better() there, but when the server says that a repeat is of no use,
// it is believed.
bool call_may_get_better(const net::HttpRequest& request, const net::HttpResponse& response);

}  // namespace candid::track
