#include "track/evidence/shared_signs.h"

#include <algorithm>
#include <unordered_map>

#include "track/evidence/networks.h"

namespace candid::track {
namespace {

constexpr auto kLinksWindow = std::chrono::seconds(10);
constexpr int kFewestCandidates = 3;
constexpr int kFewestLinks = 2;

struct Moment {
  UtcTime at;
  size_t arrival;
  const std::string* what;  // the candidate, or the link
};
using Moments = std::unordered_map<std::string, std::vector<Moment>>;

// Counts the different ones among the moments that lie within `window` of each other. `mark(arrival, count)` is called
// for each arrival of every run that has enough of them.
template <typename Mark>
void find_bursts(std::vector<Moment>& moments, UtcTime::duration window, int fewest, const Mark& mark) {
  std::sort(moments.begin(), moments.end(), [](const Moment& a, const Moment& b) { return a.at < b.at; });
  std::unordered_map<std::string, int> present;
  size_t oldest = 0;
  size_t unmarked = 0;
  for (size_t newest = 0; newest < moments.size(); ++newest) {
    ++present[*moments[newest].what];
    for (; moments[newest].at - moments[oldest].at > window; ++oldest) {
      auto leaving = present.find(*moments[oldest].what);
      if (--leaving->second == 0) present.erase(leaving);
    }
    // All of one moment at once, so that their order cannot matter.
    if (newest + 1 < moments.size() && moments[newest + 1].at == moments[newest].at) continue;
    auto different = static_cast<int>(present.size());
    if (different < fewest) continue;
    for (unmarked = std::max(unmarked, oldest); unmarked <= newest; ++unmarked) {
      mark(moments[unmarked].arrival, different);
    }
  }
}

}  // namespace

std::vector<SharedSigns> find_shared_signs(std::span<const Arrival> arrivals) {
  Moments by_source;
  Moments by_mail;
  for (size_t i = 0; i < arrivals.size(); ++i) {
    const Arrival& arrival = arrivals[i];
    for (const std::string& source : arrival.sources) {
      if (arrival.candidate.empty() || source.empty() || is_shared_by_people(source)) continue;
      by_source[source].push_back({arrival.at, i, &arrival.candidate});
    }
    if (!arrival.mail.empty()) by_mail[arrival.mail].push_back({arrival.at, i, &arrival.link});
  }

  std::vector<SharedSigns> signs(arrivals.size());
  for (auto& [source, moments] : by_source) {
    find_bursts(moments, kSourceWindow, kFewestCandidates, [&](size_t arrival, int count) {
      signs[arrival].candidates = std::max(signs[arrival].candidates, count);
    });
  }
  for (auto& [mail, moments] : by_mail) {
    find_bursts(moments, kLinksWindow, kFewestLinks,
                [&](size_t arrival, int count) { signs[arrival].links = std::max(signs[arrival].links, count); });
  }
  return signs;
}

}  // namespace candid::track
