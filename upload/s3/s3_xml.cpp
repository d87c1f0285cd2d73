#include "upload/s3/s3_xml.h"

#include <algorithm>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "core/encoding.h"
#include "core/text.h"
#include "core/time.h"

namespace candid::upload {
namespace {

constexpr size_t kLargestBody = 4 << 20;  // a page of 1,000 parts or uploads has some 300 KB
constexpr size_t kMostEntries = 10'000;
constexpr size_t kLongestText = 2048;
// Larger than the largest object there is (5 TiB): no sum of sizes can overflow.
constexpr uint64_t kLargestSize = uint64_t{1} << 50;

// Document types are skipped, and with them every entity of the sender's own; the five of XML and characters by number
// are all that is replaced.
constexpr unsigned kParsing = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol;

tl::unexpected<Error> unreadable(std::string_view what) {
  return tl::unexpected(Error(ErrorKind::Network, fmt::format("the store's answer cannot be read ({})", what),
                              "is the address that of an S3 store, and no proxy between?")
                            .retry_may_help());
}

// Namespaces differ between services; a prefix has not been seen.
Result<pugi::xml_node> root_of(pugi::xml_document& document, std::span<const uint8_t> body, std::string_view name) {
  if (body.size() > kLargestBody) return unreadable("too long");
  pugi::xml_parse_result parsed = document.load_buffer(body.data(), body.size(), kParsing, pugi::encoding_utf8);
  if (!parsed) return unreadable(parsed.description());
  pugi::xml_node root = document.document_element();
  if (!name.empty() && name != root.name()) return unreadable(fmt::format("no {}", name));
  return root;
}

bool is_word(std::string_view text) {
  return text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
                  c == '_';
         });
}

std::string word_of(const pugi::xml_node& node, const char* name) {
  std::string text = trim(node.child_value(name));
  return is_word(text) ? text : std::string();
}

// A key or an id: printable, of bounded length.
Result<std::string> text_of(const pugi::xml_node& node, const char* name) {
  std::string text = node.child_value(name);
  if (text.size() > kLongestText || !is_valid_utf8(text) ||
      std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; })) {
    return unreadable(fmt::format("{} is no text", name));
  }
  return text;
}

Result<uint64_t> number_of(const pugi::xml_node& node, const char* name) {
  std::string text = trim(node.child_value(name));
  bool is_number = !text.empty() && text.size() <= 16 &&
                   std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  uint64_t value = is_number ? std::stoull(text) : 0;
  if (!is_number || value > kLargestSize) return unreadable(fmt::format("{} is no number", name));
  return value;
}

Result<std::string> etag_of(const pugi::xml_node& node) {
  auto etag = plain_etag(node.child_value("ETag"));
  if (!etag) return unreadable("an ETag is none");
  return std::move(*etag);
}

bool is_true(const pugi::xml_node& node, const char* name) {
  return trim(node.child_value(name)) == "true";
}

}  // namespace

std::optional<std::string> plain_etag(std::string_view text) {
  std::string etag = trim(text);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  bool is_one = !etag.empty() && etag.size() <= 256 &&
                std::all_of(etag.begin(), etag.end(), [](char c) { return c > 0x20 && c < 0x7F && c != '"'; });
  return is_one ? std::optional(std::move(etag)) : std::nullopt;
}

std::optional<S3Error> parse_s3_error(std::span<const uint8_t> body) {
  pugi::xml_document document;
  auto root = root_of(document, body, "Error");
  if (!root) return std::nullopt;
  return S3Error{word_of(*root, "Code"), word_of(*root, "Region")};
}

Result<S3PartPage> parse_part_page(std::span<const uint8_t> body) {
  pugi::xml_document document;
  pugi::xml_node root = TRY(root_of(document, body, "ListPartsResult"));
  S3PartPage page;
  for (const pugi::xml_node& node : root.children("Part")) {
    if (page.parts.size() == kMostEntries) return unreadable("too many parts");
    uint64_t number = TRY(number_of(node, "PartNumber"));
    if (number < 1 || number > kMostEntries) return unreadable("a part's number is none");
    uint64_t size = TRY(number_of(node, "Size"));
    std::string etag = TRY(etag_of(node));
    page.parts.push_back({static_cast<int>(number), std::move(etag), size});
  }
  if (is_true(root, "IsTruncated")) {
    uint64_t next = TRY(number_of(root, "NextPartNumberMarker"));
    if (next > kMostEntries) return unreadable("a part's number is none");
    page.next = static_cast<int>(next);
  }
  return page;
}

Result<S3UploadPage> parse_upload_page(std::span<const uint8_t> body) {
  pugi::xml_document document;
  pugi::xml_node root = TRY(root_of(document, body, "ListMultipartUploadsResult"));
  S3UploadPage page;
  for (const pugi::xml_node& node : root.children("Upload")) {
    if (page.uploads.size() == kMostEntries) return unreadable("too many uploads");
    S3Upload upload;
    upload.key = TRY(text_of(node, "Key"));
    upload.id = TRY(text_of(node, "UploadId"));
    upload.initiated = TRY(text_of(node, "Initiated"));
    if (upload.key.empty() || upload.id.empty()) return unreadable("an upload without a key or an id");
    page.uploads.push_back(std::move(upload));
  }
  page.is_last = !is_true(root, "IsTruncated");
  page.next_key = TRY(text_of(root, "NextKeyMarker"));
  page.next_id = TRY(text_of(root, "NextUploadIdMarker"));
  return page;
}

Result<std::string> parse_created_upload(std::span<const uint8_t> body) {
  pugi::xml_document document;
  pugi::xml_node root = TRY(root_of(document, body, "InitiateMultipartUploadResult"));
  std::string id = TRY(text_of(root, "UploadId"));
  if (id.empty()) return unreadable("an upload without an id");
  return id;
}

Result<std::string> parse_completed_upload(std::span<const uint8_t> body) {
  pugi::xml_document document;
  pugi::xml_node root = TRY(root_of(document, body, "CompleteMultipartUploadResult"));
  return plain_etag(root.child_value("ETag")).value_or("");
}

Result<std::string> parse_copied_part(std::span<const uint8_t> body) {
  pugi::xml_document document;
  pugi::xml_node root = TRY(root_of(document, body, "CopyPartResult"));
  return etag_of(root);
}

std::string complete_upload_body(std::span<const S3Part> parts) {
  std::string body = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  for (const S3Part& part : parts) {
    body += fmt::format("<Part><PartNumber>{}</PartNumber><ETag>&quot;{}&quot;</ETag></Part>", part.number,
                        escape_html(part.etag));
  }
  body += "</CompleteMultipartUpload>";
  return body;
}

}  // namespace candid::upload
