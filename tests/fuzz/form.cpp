// Forms and where they come from: the first line is Sec-Fetch-Site, the second Origin, the rest a form's body.

#include <string>

#include "core/encoding.h"
#include "tests/fuzz/target.h"
#include "track/pages/form_fields.h"

namespace candid::track {
namespace {

using fuzz::claim;

constexpr std::string_view kOurs = "https://talk.example.com";

void check_origin(std::string_view site, std::string_view origin) {
  HttpRequest request;
  request.headers["host"] = "talk.example.com";
  if (!site.empty()) request.headers["sec-fetch-site"] = site;
  if (!origin.empty()) request.headers["origin"] = origin;
  if (!is_from_here(request, kOurs)) return;
  if (!site.empty()) {
    claim(site == "same-origin" || site == "none", "what another site caused is not from here");
  } else {
    bool is_ours = origin.empty() || origin == "null" || origin.substr(origin.find("://") + 3) == "talk.example.com";
    claim(is_ours, "another origin is not from here");
  }
}

void check_fields(std::string_view body) {
  size_t pairs = 0;
  bool has_text = false;
  for_each_pair(body, '&', [&](std::string_view name, std::string_view value) {
    ++pairs;
    has_text |= name == "text";
    claim(name.size() + value.size() < body.size(), "a pair lies in its list");
    claim(form_decoded(value).size() <= value.size(), "decoding makes nothing longer");
  });
  claim(pairs <= body.size(), "a list has fewer pairs than letters");
  claim(form_field(body, "text").has_value() == has_text, "a field is found when it is there");
  // What a browser sends of this very text.
  const std::string sent = "other=1&text=" + percent_encode(body) + "&last=";
  claim(form_field(sent, "text") == std::string(body), "a field comes through as it was typed");
}

}  // namespace
}  // namespace candid::track

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace candid;
  std::string_view text = fuzz::text_of(data, size);
  std::string_view site = fuzz::take_line(text);
  std::string_view origin = fuzz::take_line(text);
  track::check_origin(site, origin);
  track::check_fields(text);
  return 0;
}
