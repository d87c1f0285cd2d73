#pragma once
// What must be remembered of an object on a tus server, which knows uploads but no names. Internal to upload.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/digest.h"
#include "core/time.h"

namespace candid::upload {

struct TusUpload {
  std::string url;
  uint64_t size = 0;
  Sha256 sha256{};

  bool holds(uint64_t other_size, const Sha256& other_sha256) const {
    return size == other_size && sha256 == other_sha256;
  }
};

struct TusNote {
  std::optional<TusUpload> object{};    // verified: what the name stands for
  std::optional<TusUpload> sending{};   // what shall take its place
  UtcTime sending_since{};              // when a run began or went on with it; long ago where it is not known
  std::vector<std::string> obsolete{};  // urls of uploads to terminate

  bool empty() const { return !object && !sending && obsolete.empty(); }
};

// Lines: "object SIZE SHA256 URL", "sending SIZE SHA256 URL", "since UTC", "obsolete URL".
std::string write_tus_note(const TusNote& note);
// Uploads of another origin ("https://host:port") than `origin` are left out, as is what cannot be read: secrets go to
// no other server, and an object that is not known is put again.
TusNote read_tus_note(std::string_view text, std::string_view origin);

}  // namespace candid::upload
