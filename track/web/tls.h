#pragma once
// The server's certificate and key as a TLS context, made anew when their files change: certificates are renewed every
// few weeks, and nobody restarts a server for that. Internal to track.

#include <filesystem>
#include <memory>
#include <mutex>

#include <boost/asio/ssl/context.hpp>

#include "core/digest.h"
#include "core/error.h"

namespace candid::track {

// Thread-safe.
class TlsIdentity {
 public:
  // PEM; the certificate with its chain. Errors name the file.
  static Result<std::unique_ptr<TlsIdentity>> load(std::filesystem::path certificate,
                                                   std::filesystem::path private_key);

  // Shared, because connections that began with an older one still have it.
  std::shared_ptr<boost::asio::ssl::context> context() const;
  // True when new files were taken up. Files that do not fit each other yet (a renewal writes one after the other) are
  // an error, and what was loaded stays.
  Result<bool> reload_if_changed();

 private:
  struct Loaded {
    Sha256 digest{};  // of both files
    std::shared_ptr<boost::asio::ssl::context> context;
  };
  TlsIdentity(std::filesystem::path certificate, std::filesystem::path private_key)
      : certificate_(std::move(certificate)), private_key_(std::move(private_key)) {}
  // Nothing when the files still are what `known` says.
  Result<std::shared_ptr<const Loaded>> read(const Loaded* known) const;

  const std::filesystem::path certificate_;
  const std::filesystem::path private_key_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Loaded> loaded_;
};

}  // namespace candid::track
