#pragma once
// What of a campaign is to be sent: each message checked, each object once. Internal to campaign.

#include <optional>
#include <string>
#include <vector>

#include "campaign/publishing/link_issuer.h"
#include "campaign/publishing/object_sender.h"
#include "campaign/publishing/publish.h"
#include "encode/recipe.h"
#include "track/message.h"

namespace candid::campaign {

// A message on its way out.
struct OutgoingMessage {
  const PlannedMessage* planned = nullptr;
  encode::Recipe recipe{};  // as the store gets it: without the file's name, which tells the candidate's
  std::string recipe_json{};
  std::string edition{};         // edition.h
  std::optional<Error> error{};  // it does not go out
  // What the ledger is told; empty until publishing prepares it (registrar.h).
  track::MessageRecord record{};
  std::string digest{};  // tells one state of the message from another
  IssuedLink link{};
};

// In the plan's order, without those that are held; `held` gets these.
std::vector<OutgoingMessage> messages_to_go(const PublishJob& work, std::vector<HeldMessage>& held);

// Reads and checks the message's recipe and file; what is wrong is its error.
void check_files(const PublishJob& work, OutgoingMessage& message);

// The names of all parts that a message's page shows.
std::vector<std::string> parts_of(const Job& job, const OutgoingMessage& message);

// Each part of the messages without an error, once, in order of first use; the page's logo with the first of them. A
// part that cannot be looked at is its messages' error.
std::vector<OutgoingObject> objects_of(const PublishJob& work, std::vector<OutgoingMessage>& messages);

}  // namespace candid::campaign
