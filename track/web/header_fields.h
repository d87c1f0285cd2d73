#pragma once
// The fields of a request's header. A request has a dozen of them, and looking through a dozen costs less than making a
// tree of them.

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace candid::track {

// Names are in lower case, and each is there once.
class HeaderFields {
 public:
  using Field = std::pair<std::string, std::string>;

  HeaderFields() = default;
  HeaderFields(std::initializer_list<Field> fields) : fields_(fields) {}

  // Null where there is none of this name.
  const std::string* find(std::string_view name) const {
    const auto found =
        std::find_if(fields_.begin(), fields_.end(), [&](const Field& field) { return field.first == name; });
    return found == fields_.end() ? nullptr : &found->second;
  }
  std::string* find(std::string_view name) { return const_cast<std::string*>(std::as_const(*this).find(name)); }
  // Made empty where there is none.
  std::string& operator[](std::string_view name) {
    if (std::string* value = find(name)) return *value;
    return add(std::string(name), {});
  }
  // Of a name that is not there yet.
  std::string& add(std::string name, std::string value) {
    if (fields_.empty()) fields_.reserve(kUsual);
    return fields_.emplace_back(std::move(name), std::move(value)).second;
  }
  void erase(std::string_view name) {
    std::erase_if(fields_, [&](const Field& field) { return field.first == name; });
  }

 private:
  static constexpr size_t kUsual = 16;
  std::vector<Field> fields_;
};

}  // namespace candid::track
