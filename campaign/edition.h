#pragma once
// A message as it was published once: its id and a digest of its recipe. Stored recipes and videos are named by it, and
// the ledger's record names it too, so that a link shows what this ledger registered, whoever else publishes a message
// of the same id into the same store.

#include <string>
#include <string_view>

namespace candid::campaign {

// "MESSAGE-DIGEST": 128 bits of the SHA-256 of the recipe as it is stored.
std::string edition_of(std::string_view message_id, std::string_view recipe_json);
// The id of an edition's message.
std::string_view message_of(std::string_view edition);
// Whether this is the edition's recipe. What was published before there were editions is named by the id alone.
bool is_recipe_of(std::string_view edition, std::string_view recipe_json);

}  // namespace candid::campaign
