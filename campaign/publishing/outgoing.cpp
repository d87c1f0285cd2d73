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

std::vector<std::string> parts_of(const Job& job, const OutgoingMessage& message) {
  std::vector<std::string> parts = message.recipe.parts();
  if (job.logo) parts.push_back(job.logo->part);
  return parts;
}

std::vector<OutgoingObject> objects_of(const PublishJob& work, std::vector<OutgoingMessage>& messages) {
  std::vector<OutgoingObject> objects;
  std::map<std::string, size_t> users;
  std::map<std::string, size_t> places;
  const std::optional<PageLogo>& logo = work.job.logo;
  for (size_t i = 0; i < messages.size(); ++i) {
    OutgoingMessage& message = messages[i];
    if (message.error) continue;
    for (const std::string& part : parts_of(work.job, message)) {
      if (++users[part] > 1) continue;
      auto path = work.workspace.part_path(part);
      // A dry run does not lay the logo down, so it is not asked of the disk.
      bool is_logo = logo && part == logo->part;
      auto size = !path     ? Result<uint64_t>(tl::unexpected(path.error()))
                  : is_logo ? Result<uint64_t>(logo->png.size())
                            : size_of_file(*path);
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
