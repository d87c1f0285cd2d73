#pragma once
// A store as people write it, in campaign.toml or after --store:
//   folder:PATH
//   s3://BUCKET[/PREFIX][?endpoint=https://HOST&region=REGION&style=path|virtual]
//   dav://HOST[:PORT]/PATH            WebDAV, or any server that takes HTTP PUT, over https
//   tus://HOST[:PORT]/PATH            over https
//   candid://HOST[:PORT]              a candid server, over https
// "dav+http", "tus+http", "candid+http" and an http endpoint are for servers on this machine or a network that is
// trusted: secrets are sent over them only to loopback. No address holds a password.

#include <filesystem>
#include <string>
#include <string_view>

#include "core/error.h"

namespace candid::upload {

enum class StoreKind { Folder, S3, Dav, Tus, Candid };
enum class S3Style { Path, VirtualHost };

struct StoreAddress {
  StoreKind kind = StoreKind::Folder;
  std::filesystem::path folder{};  // of Folder
  std::string url{};               // of Dav, Tus and Candid: "https://host/path", without a slash at its end
  // Of S3:
  std::string bucket{};
  std::string prefix{};    // "" or "a/b/", encoded nowhere
  std::string endpoint{};  // "https://s3.eu-central-1.amazonaws.com", without the bucket
  std::string region{};
  S3Style style = S3Style::VirtualHost;

  bool operator==(const StoreAddress&) const = default;
};

// InvalidInput names what is wrong, and the valid forms. The region is $AWS_REGION's, else $AWS_DEFAULT_REGION's, else
// us-east-1; the endpoint Amazon's of that region; the style path for an endpoint that is not Amazon's, and for a
// bucket that cannot be part of a host's name.
Result<StoreAddress> parse_store_address(std::string_view text);

// Whether secrets may be sent there: over https, or to loopback.
bool is_confidential(std::string_view url);

}  // namespace candid::upload
