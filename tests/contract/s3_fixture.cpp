#include "tests/contract/s3_fixture.h"

#include <cstdlib>

#include "core/files.h"
#include "tests/support/results.h"

namespace candid::upload::test {

using candid::test::must;

namespace {

StoreSettings quick_settings(UploadNotes* notes, std::chrono::milliseconds patience = kPatience) {
  StoreSettings settings;
  settings.notes = notes;
  settings.retries.first = std::chrono::milliseconds(2);
  settings.retries.longest = std::chrono::milliseconds(100);
  settings.retries.patience = settings.retries.first_patience = patience;
  return settings;
}

}  // namespace

const candid::test::ServerProcess& s3_server() {
  const char* name = std::getenv("CANDID_S3_SERVER");
  static const candid::test::ServerProcess server(name != nullptr && *name != '\0' ? name : "swift");
  return server;
}

StoreAddress bucket_address(const std::string& prefix) {
  const auto& server = s3_server();
  return must(parse_store_address("s3://" + server.fact("bucket") + "/" + prefix + "?endpoint=" + server.fact("url") +
                                  "&region=" + server.fact("region")));
}

net::AwsCredentials writer_keys() {
  return {s3_server().fact("access_key"), Secret(s3_server().fact("secret_key")), Secret(), std::nullopt};
}

net::AwsCredentials reader_keys() {
  return {s3_server().fact("reader_access_key"), Secret(s3_server().fact("reader_secret_key")), Secret(), std::nullopt};
}

std::string new_prefix() {
  static std::atomic<int> count = 0;
  return "t" + std::to_string(++count) + "/";
}

std::unique_ptr<S3Store> bucket_store(const std::string& prefix, UploadNotes* notes, OnRequest on_request,
                                      net::AwsCredentials keys, std::chrono::milliseconds patience) {
  return std::make_unique<S3Store>(bucket_address(prefix), quick_settings(notes, patience),
                                   net::fixed_aws_credentials(std::move(keys)),
                                   std::make_unique<Intercepted>(std::move(on_request)));
}

std::unique_ptr<S3Client> bucket_client(const std::string& prefix) {
  return std::make_unique<S3Client>(bucket_address(prefix), quick_settings(nullptr),
                                    net::fixed_aws_credentials(writer_keys()), net::make_curl_transport());
}

bool is_part_upload(const net::HttpRequest& request) {
  return request.method == "PUT" && request.url.find("partNumber=") != std::string::npos;
}

bool is_create(const net::HttpRequest& request) {
  return request.method == "POST" && request.url.find("?uploads") != std::string::npos;
}

bool is_complete(const net::HttpRequest& request) {
  return request.method == "POST" && request.url.find("uploadId=") != std::string::npos;
}

std::string body_of(const net::HttpRequest& request) {
  if (const auto* text = std::get_if<std::string>(&request.body)) return *text;
  const auto& range = std::get<net::FileRange>(request.body);
  return must(read_text_file(range.file, 1 << 30)).substr(range.offset, range.length);
}

}  // namespace candid::upload::test
