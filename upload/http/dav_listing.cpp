#include "upload/http/dav_listing.h"

#include <algorithm>

#include <pugixml.hpp>

#include "core/encoding.h"
#include "net/retry.h"

namespace candid::upload {
namespace {

// Prefixes of namespaces are the server's choice; nothing else in these answers bears the names that are looked for.
std::string_view local_name(const pugi::xml_node& node) {
  std::string_view name = node.name();
  return name.substr(name.find(':') + 1);  // npos + 1 is 0
}

pugi::xml_node child(const pugi::xml_node& parent, std::string_view name) {
  return parent.find_child([name](const pugi::xml_node& node) { return local_name(node) == name; });
}

std::string percent_decode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    auto byte = text[i] == '%' && i + 2 < text.size() ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
    decoded += byte ? static_cast<char>(byte->front()) : text[i];
    if (byte) i += 2;
  }
  return decoded;
}

// The path of an href, which may be a whole URL, without a slash at its end; still encoded.
std::string path_of(std::string_view href) {
  if (size_t scheme = href.find("://"); scheme != std::string_view::npos) {
    size_t slash = href.find('/', scheme + 3);
    href = slash == std::string_view::npos ? std::string_view() : href.substr(slash);
  }
  while (href.ends_with('/')) href.remove_suffix(1);
  return std::string(href);
}

struct Listed {
  std::string path;
  DavEntry entry;
};

Listed read_response(const pugi::xml_node& response) {
  Listed listed;
  listed.path = path_of(child(response, "href").text().get());
  // Properties that are not there come in a propstat of their own, empty.
  for (const pugi::xml_node& propstat : response.children()) {
    if (local_name(propstat) != "propstat") continue;
    pugi::xml_node prop = child(propstat, "prop");
    if (child(child(prop, "resourcetype"), "collection")) listed.entry.is_collection = true;
    if (auto modified = net::parse_http_date(child(prop, "getlastmodified").text().get())) {
      listed.entry.modified = modified;
    }
  }
  return listed;
}

}  // namespace

Result<std::vector<DavEntry>> parse_dav_listing(std::span<const uint8_t> xml) {
  pugi::xml_document document;
  pugi::xml_parse_result parsed = document.load_buffer(xml.data(), xml.size());
  pugi::xml_node root = document.document_element();
  if (!parsed || local_name(root) != "multistatus") {
    return fail(ErrorKind::Corrupt, "the answer to PROPFIND is not a WebDAV listing");
  }
  std::vector<Listed> all;
  for (const pugi::xml_node& node : root.children()) {
    if (local_name(node) == "response") all.push_back(read_response(node));
  }
  // The collection itself is listed too, and a proxy may have changed what its path begins with: it is the shortest.
  auto self = std::min_element(all.begin(), all.end(),
                               [](const Listed& a, const Listed& b) { return a.path.size() < b.path.size(); });
  std::vector<DavEntry> members;
  for (auto it = all.begin(); it != all.end(); ++it) {
    if (it == self || !it->path.starts_with(self->path + "/")) continue;
    it->entry.name = percent_decode(it->path.substr(self->path.size() + 1));
    if (it->entry.name.find('/') == std::string::npos) members.push_back(std::move(it->entry));
  }
  return members;
}

std::string dav_listing_request() {
  return R"(<?xml version="1.0" encoding="utf-8"?>)"
         R"(<propfind xmlns="DAV:"><prop><resourcetype/><getlastmodified/></prop></propfind>)";
}

}  // namespace candid::upload
