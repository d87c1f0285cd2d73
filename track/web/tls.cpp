#include "track/web/tls.h"

#include <fmt/format.h>

#include "core/files.h"
#include "core/secret.h"

namespace candid::track {
namespace {

namespace ssl = boost::asio::ssl;

constexpr uint64_t kLargestPem = 1 << 20;
constexpr const char* kHint = "both are PEM files: the certificate with its chain, and the key it was made for";

Result<std::shared_ptr<ssl::context>> make_context(const std::string& certificate, const Secret& private_key) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  boost::system::error_code code;
  context->set_options(ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1 |
                           SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE,
                       code);
  // An idle connection then costs little: thousands are idle.
  SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  // Without this, OpenSSL would ask the terminal for the passphrase of an encrypted key, and wait.
  context->set_password_callback([](size_t, ssl::context::password_purpose) { return std::string(); }, code);
  if (code) return fail(ErrorKind::Internal, fmt::format("OpenSSL refuses the server's options ({})", code.message()));
  context->use_certificate_chain(boost::asio::buffer(certificate), code);
  if (code) return fail(ErrorKind::InvalidInput, fmt::format("it is no certificate ({})", code.message()), kHint);
  context->use_private_key(boost::asio::buffer(private_key.reveal()), ssl::context::pem, code);
  if (code) {
    return fail(ErrorKind::InvalidInput,
                fmt::format("the key is none, is encrypted, or belongs to another certificate ({})", code.message()),
                kHint);
  }
  return context;
}

}  // namespace

Result<std::unique_ptr<TlsIdentity>> TlsIdentity::load(std::filesystem::path certificate,
                                                       std::filesystem::path private_key) {
  std::unique_ptr<TlsIdentity> identity(new TlsIdentity(std::move(certificate), std::move(private_key)));
  identity->loaded_ = TRY(identity->read(nullptr));
  return identity;
}

Result<std::shared_ptr<const TlsIdentity::Loaded>> TlsIdentity::read(const Loaded* known) const {
  const std::string certificate = TRY(read_text_file(certificate_, kLargestPem));
  const Secret private_key(TRY(read_text_file(private_key_, kLargestPem)));
  Sha256Hasher hasher;
  hasher.update_field(certificate);
  hasher.update_field(private_key.reveal());
  auto loaded = std::make_shared<Loaded>();
  loaded->digest = hasher.finish();
  if (known != nullptr && known->digest == loaded->digest) return nullptr;
  auto context = make_context(certificate, private_key);
  if (!context) {
    return tl::unexpected(context.error().wrapped(
        fmt::format("cannot speak TLS with {} and {}", certificate_.string(), private_key_.string())));
  }
  loaded->context = std::move(*context);
  return loaded;
}

std::shared_ptr<ssl::context> TlsIdentity::context() const {
  std::lock_guard lock(mutex_);
  return loaded_->context;
}

Result<bool> TlsIdentity::reload_if_changed() {
  std::shared_ptr<const Loaded> known;
  {
    std::lock_guard lock(mutex_);
    known = loaded_;
  }
  auto fresh = TRY(read(known.get()));
  if (!fresh) return false;
  std::lock_guard lock(mutex_);
  loaded_ = std::move(fresh);
  return true;
}

}  // namespace candid::track
