#pragma once
// What browsers send of forms and cookies: lists of "name=value". Internal to track.

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "track/web/http_message.h"

namespace candid::track {

// A value of application/x-www-form-urlencoded; what is no escape stays as it is.
std::string form_decoded(std::string_view text);

// Whether the body is such a form.
bool is_form(const HttpRequest& request);

// The value of a form's field, decoded; of several the last. Nothing where there is none.
std::optional<std::string> form_field(std::string_view body, std::string_view name);

// Whether the request may have been caused by a page of ours, or by a program that is no browser: no other site's page
// caused it. Sec-Fetch-Site tells; of browsers that do not send it the Origin, which is "null" for our own forms, as
// our pages send no referrer (Fetch, "append a request Origin header"). What changes more than a mark asks for the
// page's ticket, too.
bool is_from_here(const HttpRequest& request, std::string_view public_url);

// Calls `use(name, value)` for each "name=value" of a list.
template <typename Use>
void for_each_pair(std::string_view list, char separator, Use&& use) {
  while (!list.empty()) {
    std::string_view entry = list.substr(0, list.find(separator));
    list.remove_prefix(std::min(list.size(), entry.size() + 1));
    while (entry.starts_with(' ')) entry.remove_prefix(1);
    size_t equals = entry.find('=');
    if (equals != std::string_view::npos) use(entry.substr(0, equals), entry.substr(equals + 1));
  }
}

}  // namespace candid::track
