#include "core/digest.h"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <unistd.h>

namespace candid {

namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* handle) const { EVP_MD_CTX_free(handle); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

struct FreeMac {
  void operator()(EVP_MAC_CTX* handle) const { EVP_MAC_CTX_free(handle); }
};
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeMac>;

constexpr size_t kPiece = 1 << 20;

// Looked up once: that costs more than to hash what a request brings.
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, OSSL_DIGEST_NAME_SHA2_256, nullptr);
  return algorithm;
}

MacContext make_hmac_sha256() {
  static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
  MacContext context(EVP_MAC_CTX_new(algorithm));
  std::string digest = OSSL_DIGEST_NAME_SHA2_256;
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                                   OSSL_PARAM_construct_end()};
  [[maybe_unused]] int set = EVP_MAC_CTX_set_params(context.get(), parameters);
  assert(set == 1);
  return context;
}

class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path) : handle_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~OpenFile() {
    if (handle_ >= 0) ::close(handle_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int handle() const { return handle_; }

 private:
  int handle_;
};

// MD5 is not for security here, and machines that forbid it for security (FIPS) still have to read ETags.
Context start_md5() {
  Context context(EVP_MD_CTX_new());
  EVP_MD_CTX_set_flags(context.get(), EVP_MD_CTX_FLAG_NON_FIPS_ALLOW);
  [[maybe_unused]] int started = EVP_DigestInit_ex(context.get(), EVP_md5(), nullptr);
  assert(started == 1);
  return context;
}

Md5 finish_md5(const Context& context) {
  Md5 digest{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(context.get(), digest.data(), &size);
  assert(size == digest.size());
  return digest;
}

}  // namespace

struct Sha256Hasher::State {
  Context context{EVP_MD_CTX_new()};
};

Sha256Hasher::Sha256Hasher() : state_(std::make_unique<State>()) {
  EVP_DigestInit_ex(state_->context.get(), sha256_algorithm(), nullptr);
}
Sha256Hasher::~Sha256Hasher() = default;
Sha256Hasher::Sha256Hasher(Sha256Hasher&&) noexcept = default;
Sha256Hasher& Sha256Hasher::operator=(Sha256Hasher&&) noexcept = default;

void Sha256Hasher::update(std::span<const uint8_t> bytes) {
  EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size());
}

void Sha256Hasher::update(std::string_view text) {
  EVP_DigestUpdate(state_->context.get(), text.data(), text.size());
}

void Sha256Hasher::update_field(std::string_view text) {
  update(fmt::format("{}:", text.size()));
  update(text);
}

Sha256 Sha256Hasher::finish() {
  Sha256 digest;
  unsigned int size = 0;
  EVP_DigestFinal_ex(state_->context.get(), digest.data(), &size);
  assert(size == digest.size());
  return digest;
}

Sha256 sha256(std::span<const uint8_t> bytes) {
  Sha256Hasher hasher;
  hasher.update(bytes);
  return hasher.finish();
}

Sha256 sha256(std::string_view text) {
  Sha256Hasher hasher;
  hasher.update(text);
  return hasher.finish();
}

Result<Sha256> sha256_file(const std::filesystem::path& path) {
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return tl::unexpected(system_error(errno, fmt::format("cannot read {}", path.string())));
  Sha256Hasher hasher;
  std::vector<uint8_t> buffer(1 << 20);
  ssize_t got = 0;
  while ((got = ::read(file, buffer.data(), buffer.size())) > 0)
    hasher.update({buffer.data(), static_cast<size_t>(got)});
  int code = errno;
  ::close(file);
  if (got < 0) return tl::unexpected(system_error(code, fmt::format("cannot read {}", path.string())));
  return hasher.finish();
}

Md5 md5(std::span<const uint8_t> bytes) {
  Context context = start_md5();
  EVP_DigestUpdate(context.get(), bytes.data(), bytes.size());
  return finish_md5(context);
}

Result<StretchDigests> digest_stretch(const std::filesystem::path& path, uint64_t offset, uint64_t length) {
  OpenFile file(path);
  if (file.handle() < 0) return tl::unexpected(system_error(errno, fmt::format("cannot read {}", path.string())));
  Sha256Hasher sha;
  Context md5_context = start_md5();
  std::vector<uint8_t> buffer(std::min<uint64_t>(length, kPiece));
  for (uint64_t done = 0; done < length;) {
    size_t wanted = std::min<uint64_t>(length - done, buffer.size());
    ssize_t got = ::pread(file.handle(), buffer.data(), wanted, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(system_error(errno, fmt::format("cannot read {}", path.string())));
    if (got == 0) {
      return fail(ErrorKind::Corrupt,
                  fmt::format("{} ends at byte {}, before byte {}", path.string(), offset + done, offset + length),
                  "something else has changed the file; make it anew");
    }
    std::span<const uint8_t> piece(buffer.data(), static_cast<size_t>(got));
    sha.update(piece);
    EVP_DigestUpdate(md5_context.get(), piece.data(), piece.size());
    done += piece.size();
  }
  return StretchDigests{sha.finish(), finish_md5(md5_context)};
}

Sha256 hmac_sha256(std::span<const uint8_t> key, std::string_view message) {
  static constexpr uint8_t kNoKey[1] = {};
  // One a thread, as making it costs more than using it.
  thread_local const MacContext context = make_hmac_sha256();
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  Sha256 digest;
  size_t size = 0;
  [[maybe_unused]] bool is_made = EVP_MAC_init(context.get(), key.data(), key.size(), nullptr) == 1 &&
                                  EVP_MAC_update(context.get(), bytes, message.size()) == 1 &&
                                  EVP_MAC_final(context.get(), digest.data(), &size, digest.size()) == 1;
  assert(is_made && size == digest.size());
  EVP_MAC_init(context.get(), kNoKey, sizeof(kNoKey), nullptr);  // no key stays behind
  return digest;
}

bool equal_in_constant_time(std::span<const uint8_t> a, std::span<const uint8_t> b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace candid
