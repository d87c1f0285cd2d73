#include "campaign/greetings/greeting_json.h"

#include <nlohmann/json.hpp>

namespace candid::campaign {

nlohmann::json to_json(const GreetingWords& said) {
  nlohmann::json json = {{"name", said.name}};
  if (!said.words.empty()) json["words"] = said.words;
  if (!said.script.empty()) json["script"] = said.script;
  return json;
}

GreetingWords words_of(const nlohmann::json& json) {
  return {json.at("name"), json.value("script", ""), json.value("words", "")};
}

nlohmann::json to_json(const CutRecord& record) {
  nlohmann::json json = to_json(record.said);
  json["candidate"] = record.candidate;
  json["sha256"] = record.digest;
  json["flaws"] = record.flaws;
  return json;
}

CutRecord record_of(const nlohmann::json& json) {
  return {json.at("candidate"), words_of(json), json.at("sha256"), json.at("flaws")};
}

}  // namespace candid::campaign
