#include "campaign/publishing/outgoing.h"

#include <map>

#include <fmt/format.h>

#include "campaign/edition.h"
#include "campaign/publishing/message_check.h"

namespace candid::campaign {
namespace {

Result<uint64_t> size_of_file(const std::filesystem::path& path) {
  std::error_code code;
  uint64_t size = std::filesystem::file_size(path, code);
  if (code) return tl::unexpected(system_error(code.value(), fmt::format("cannot read {}", path.string())));
  return size;
}

}  // namespace

std::vector<OutgoingMessage> messages_to_go(const PublishJob& work, std::vector<HeldMessage>& held) {
  std::vector<OutgoingMessage> messages;
  for (const PlannedMessage& message : work.plan.messages) {
    const std::string& reason = work.standings.at(message.candidate).held_because;
    if (!reason.empty()) {
      held.push_back({message.candidate, message.id, reason});
      continue;
    }
    messages.emplace_back();
    messages.back().planned = &message;
  }
  return messages;
}

void check_files(const PublishJob& work, OutgoingMessage& message) {
  auto recipe = checked_recipe(work.job, work.workspace, *message.planned);
  if (!recipe) {
    message.error = recipe.error();
    return;
  }
  message.recipe = std::move(*recipe);
  message.recipe.file.clear();
  message.recipe_json = encode::to_json(message.recipe);
  message.edition = edition_of(message.planned->id, message.recipe_json);
}

std::vector<OutgoingObject> objects_of(const PublishJob& work, std::vector<OutgoingMessage>& messages) {
  std::vector<OutgoingObject> objects;
  std::map<std::string, size_t> users;
  std::map<std::string, size_t> places;
  for (size_t i = 0; i < messages.size(); ++i) {
    OutgoingMessage& message = messages[i];
    if (message.error) continue;
    for (const std::string& part : message.recipe.parts()) {
      if (++users[part] > 1) continue;
      auto path = work.workspace.part_path(part);
      auto size = path ? size_of_file(*path) : tl::unexpected(path.error());
      if (!size) {
        message.error = size.error();
        users.erase(part);
        break;
      }
      places[part] = objects.size();
      objects.push_back({upload::part_object(part), std::move(*path), *size, message.planned->file_name, i});
    }
  }
  for (const auto& [part, place] : places) {
    if (users[part] > 1) objects[place].label = fmt::format("shared by {} videos", users[part]);
  }
  return objects;
}

}  // namespace candid::campaign
