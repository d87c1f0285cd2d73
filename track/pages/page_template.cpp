#include "track/pages/page_template.h"

#include <set>

#include <fmt/format.h>
#include <kainjow/mustache.hpp>

#include "core/digest.h"
#include "core/encoding.h"
#include "track/pages/page_assets.h"

namespace candid::track {
namespace {

namespace mustache = kainjow::mustache;

// kainjow renders a name it does not know as nothing; this remembers such names, so that none goes unnoticed.
class CheckedContext : public mustache::context<std::string> {
 public:
  explicit CheckedContext(const mustache::data* data) : context(data) {}

  const mustache::data* get(const std::string& name) const override {
    const mustache::data* found = context::get(name);
    if (found == nullptr) missing_.insert(name);
    return found;
  }

  const std::set<std::string>& missing() const { return missing_; }

 private:
  mutable std::set<std::string> missing_;
};

// A template with the parts that it shares with others ("{{>NAME}}" on a line of its own) in their places.
std::string whole(std::string_view name) {
  constexpr std::string_view kBegin = "{{>", kEnd = "}}\n";
  std::string text(page_assets().at(name));
  for (size_t at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin)) {
    const size_t end = text.find(kEnd, at);
    const std::string part = text.substr(at + kBegin.size(), end - at - kBegin.size());
    text.replace(at, end + kEnd.size() - at, page_assets().at(part));
  }
  return text;
}

// Parsed once a thread: rendering is not const.
mustache::mustache& parsed(std::string_view name) {
  thread_local std::map<std::string, mustache::mustache, std::less<>> templates;
  auto found = templates.find(name);
  if (found != templates.end()) return found->second;
  mustache::mustache page{whole(name)};
  page.set_custom_escape([](const std::string& text) { return escape_html(text); });
  return templates.emplace(name, std::move(page)).first->second;
}

mustache::data data_of(const PageValues& values) {
  mustache::data data;
  for (const auto& [name, text] : values.texts) data.set(name, text);
  for (const auto& [name, flag] : values.flags) data.set(name, flag);
  for (const auto& [name, entries] : values.lists) {
    mustache::data list{mustache::data::type::list};
    for (const PageValues::Entry& entry : entries) {
      mustache::data row;
      for (const auto& [key, text] : entry) row.set(key, text);
      list.push_back(row);
    }
    data.set(name, list);
  }
  for (const auto& [name, group] : values.groups) {
    mustache::data list{mustache::data::type::list};
    for (const PageValues& row : group) list.push_back(data_of(row));
    data.set(name, list);
  }
  return data;
}

}  // namespace

void PageValues::set_words(const PageWords& words) {
  for (const auto& [name, text] : words.texts) texts["say_" + name] = text;
  texts["words_language"] = words.language;
  texts["words_direction"] = direction_of(words.language);
}

Result<std::string> render_template(std::string_view name, const PageValues& values) {
  mustache::mustache& page = parsed(name);
  if (!page.is_valid()) return fail(ErrorKind::Internal, fmt::format("{}: {}", name, page.error_message()));
  const mustache::data data = data_of(values);
  CheckedContext context(&data);
  std::string html = page.render(context);
  if (context.missing().empty()) return html;
  return fail(ErrorKind::Internal,
              fmt::format("{} needs \"{}\", which it is not given", name, *context.missing().begin()));
}

std::string style_source(std::string_view name) {
  return fmt::format("'sha256-{}'", to_base64(sha256(page_assets().at(name))));
}

}  // namespace candid::track
