// The same server over TLS, with certificates made while the test runs.

#include "track/web/tls.h"

#include <csignal>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/net/certificates.h"
#include "tests/track/server_fixture.h"
#include "tests/track/tls_client.h"
#include "track/pages/passcode.h"

namespace candid::track {
namespace {

using net::test::Identity;
using net::test::TestAuthority;
using test::must;
using test::RawClient;
using test::TlsClient;
using testing::HasSubstr;
using testing::Not;

class TlsTest : public test::ServerFixture {
 protected:
  TlsTest() {
    // The client is OpenSSL's, which writes to sockets without MSG_NOSIGNAL.
    signal(SIGPIPE, SIG_IGN);
    write(authority_.issue());
    settings_.certificate = folder_.path() / "certificate.pem";
    settings_.private_key = folder_.path() / "key.pem";
  }
  void write(const Identity& identity) {
    must(write_file(folder_.path() / "certificate.pem", identity.certificate + authority_.pem()));
    must(write_file(folder_.path() / "key.pem", identity.key, FileMode::Private));
  }

  TestAuthority authority_;
};

TEST_F(TlsTest, ServesPagesAndSaysToComeByTlsAlone) {
  TlsClient client(port(), authority_.pem());
  auto page = client.get(link());
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("<h1>Hello Ana</h1>"));
  EXPECT_EQ(page.header("strict-transport-security"), "max-age=31536000");
  EXPECT_EQ(client.get("/healthz").body, "ok\n");  // on the same connection
  EXPECT_EQ(client.version(), "TLSv1.3");
}

TEST_F(TlsTest, PlainHttpSaysNothingOfTls) {
  settings_.certificate.clear();
  settings_.private_key.clear();
  EXPECT_EQ(get(link()).header("strict-transport-security"), "");
}

TEST_F(TlsTest, ServesTheVideoByteForByte) {
  TlsClient client(port(), authority_.pem());
  EXPECT_TRUE(client.get(media("video.mp4")).body == library_.video());
  auto part = client.get(media("video.mp4"), "Range: bytes=199990-2700100\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_TRUE(part.body == library_.video().substr(199'990, 2'500'111));
  auto events = events_after_stop();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_TRUE(events[1].body.ends_with(R"("sent":2500111})")) << events[1].body;
}

TEST_F(TlsTest, ThePasscodesCookieIsSecure) {
  set_terms({.passcode_hash = must(hash_passcode("open sesame"))});
  TlsClient client(port(), authority_.pem());
  auto opened = client.post(link("/passcode"), "passcode=open+sesame", "application/x-www-form-urlencoded");
  EXPECT_THAT(opened.header("set-cookie"), HasSubstr("; Secure"));
}

TEST_F(TlsTest, SpeaksTls12ToThoseWhoKnowNoBetter) {
  EXPECT_EQ(TlsClient(port(), authority_.pem(), {.highest_version = TLS1_2_VERSION}).version(), "TLSv1.2");
}

TEST_F(TlsTest, RefusesWhatIsOlder) {
  EXPECT_THROW(TlsClient(port(), authority_.pem(), {.highest_version = TLS1_1_VERSION}), std::runtime_error);
  EXPECT_EQ(TlsClient(port(), authority_.pem()).get("/healthz").status, 200);
}

TEST_F(TlsTest, AnswersNobodyInTheClear) {
  RawClient client(port());
  client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.receive().status, 0);
}

TEST_F(TlsTest, ClosesOnAHandshakeThatIsTooSlow) {
  settings_.limits.handshake_timeout = std::chrono::milliseconds(150);
  RawClient silent(port());
  RawClient halting(port());
  halting.send(std::string_view("\x16\x03\x01\x02", 4));  // the beginning of a ClientHello
  EXPECT_EQ(TlsClient(port(), authority_.pem()).get("/healthz").status, 200) << "nobody waits for them";
  EXPECT_TRUE(silent.is_closed_by_server());
  EXPECT_TRUE(halting.is_closed_by_server());
}

TEST_F(TlsTest, ClosesOnAReceiverThatStalls) {
  settings_.limits.write_timeout = std::chrono::milliseconds(150);
  TlsClient client(port(), authority_.pem());
  for (int i = 0; i < 8; ++i) client.send("GET " + media("video.mp4") + " HTTP/1.1\r\nHost: x\r\n\r\n");
  while (true) {
    auto events = stored_events();
    bool broke_off = std::any_of(events.begin(), events.end(), [&](const Event& event) {
      return event.kind == EventKind::Media &&
             !event.body.ends_with(fmt::format(R"("sent":{}}})", library_.video().size()));
    });
    if (broke_off) break;
    std::this_thread::yield();
  }
}

TEST_F(TlsTest, StopsWithConnectionsAndHandshakesOpen) {
  TlsClient client(port(), authority_.pem());
  RawClient silent(port());
  EXPECT_EQ(client.get("/healthz").status, 200);
  auto began = std::chrono::steady_clock::now();
  server().stop();
  EXPECT_LT(std::chrono::steady_clock::now() - began, settings_.limits.drain_timeout);
}

TEST_F(TlsTest, TakesUpARenewedCertificate) {
  settings_.certificate_check = std::chrono::milliseconds(20);
  TlsClient before(port(), authority_.pem());
  write(authority_.issue());
  std::string served = before.fingerprint();
  while (served == before.fingerprint()) served = TlsClient(port(), authority_.pem()).fingerprint();
  EXPECT_EQ(before.get("/healthz").status, 200) << "what was open goes on";
}

TEST_F(TlsTest, WhatFoundNoWorkerFreeIsTriedAgainSoon) {
  settings_.workers = 1;
  settings_.limits.waiting = 0;
  settings_.certificate_check = std::chrono::hours(1);
  // Who drops old addresses waits for this, on the only worker.
  SQLite::Database other((folder_.path() / "ledger").string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  std::string served = TlsClient(port(), authority_.pem()).fingerprint();
  const std::string before = served;
  write(authority_.issue());
  other.exec("COMMIT");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (served == before && std::chrono::steady_clock::now() < deadline) {
    served = TlsClient(port(), authority_.pem()).fingerprint();
  }
  EXPECT_NE(served, before);
}

TEST_F(TlsTest, StaysWithTheOldCertificateUntilBothFilesAreNew) {
  auto identity = must(TlsIdentity::load(settings_.certificate, settings_.private_key));
  auto context = identity->context();
  EXPECT_FALSE(must(identity->reload_if_changed()));
  Identity renewed = authority_.issue();
  must(write_file(settings_.certificate, renewed.certificate));
  EXPECT_FALSE(identity->reload_if_changed());
  EXPECT_EQ(identity->context(), context);
  must(write_file(settings_.private_key, renewed.key));
  EXPECT_TRUE(must(identity->reload_if_changed()));
  EXPECT_NE(identity->context(), context);
  must(remove_file(settings_.private_key));
  EXPECT_FALSE(identity->reload_if_changed());
}

TEST_F(TlsTest, SaysWhatIsWrongWithItsFiles) {
  auto error_of = [&] {
    auto started = Server::start(settings_, *ledger_, library_, nullptr, clock_);
    return started ? Error(ErrorKind::Internal, "started") : started.error();
  };
  must(write_file(folder_.path() / "key.pem", authority_.issue().key));
  EXPECT_EQ(error_of().kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(error_of().describe(), HasSubstr("belongs to another certificate"));
  must(write_file(folder_.path() / "key.pem", "SECRET"));
  EXPECT_EQ(error_of().kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(error_of().describe(), Not(HasSubstr("SECRET")));
  must(write_file(folder_.path() / "certificate.pem", ""));
  EXPECT_THAT(error_of().describe(), HasSubstr("certificate"));
  settings_.certificate = folder_.path() / "nothing.pem";
  EXPECT_EQ(error_of().kind(), ErrorKind::NotFound);
  EXPECT_THAT(error_of().describe(), HasSubstr("nothing.pem"));
  settings_.certificate.clear();
  EXPECT_EQ(error_of().kind(), ErrorKind::InvalidInput);
}

// OpenSSL would ask the terminal otherwise, and the server never start.
TEST_F(TlsTest, RefusesAnEncryptedKeyWithoutAsking) {
  must(write_file(
      folder_.path() / "key.pem",
      "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: "
      "AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAAAAAAAAAAAAAAAAAAAA==\n-----END RSA PRIVATE KEY-----\n"));
  auto started = Server::start(settings_, *ledger_, library_, nullptr, clock_);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind(), ErrorKind::InvalidInput);
}

}  // namespace
}  // namespace candid::track
