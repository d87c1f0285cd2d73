#include "track/evidence/outside_keys.h"

namespace candid::track {

using namespace keys;

KeyList::KeyList(std::initializer_list<const FieldKey*> keys) {
  auto add = [&](std::string form, bool is_time) {
    if (form.empty()) return;
    if (is_time) {
      for (const TimeUnit& unit : kTimeUnits) forms_.insert(form + std::string(unit.name));
    }
    forms_.insert(std::move(form));
  };
  for (const FieldKey* key : keys) {
    names_.emplace_back(key->name);
    add(form_of_key(key->name), key->is_time);
    for (std::string_view other : key->others) add(std::string(other), key->is_time);
  }
}

const KeyList& keys_of_line() {
  static const KeyList kKeys = {&kId,           &kAgent,
                                &kNetwork,      &kDataCentre,
                                &kMailSecurity, &kSinceMail,
                                &kMailAt,       &kTrap,
                                &kPrefetch,     &kSecPurpose,
                                &kGesture,      &kStartedBy,
                                &kWindowless,   &kHasWindow,
                                &kSoftwareGpu,  &kAudible,
                                &kVolume,       &kDuration,
                                &kOwner,        &kOwnerProof,
                                &kPurpose,      &kRequests,
                                &kMethod,       &kPath,
                                &kHeadOnly,     &kServedHere,
                                &kEvents,       &kBeats,
                                &kInputs,       &kFirstInputMs,
                                &kPlayed,       &kWall,
                                &kPlay,         &kFirstInputTrusted,
                                &kAutoplay,     &kScript,
                                &kMail,         &kLink,
                                &kSourceGroup,  &kCandidate,
                                &kStartsAt,     &kLinksIn10s,
                                &kWebdriver,    &kClientHints,
                                &kPrerendered,  &kCandidatesIn2min,
                                &kVisible,      &kHidden,
                                &kOuter,        &kOuterWidth,
                                &kOuterHeight,  &kGpu,
                                &kMuted,        &kRate};
  return kKeys;
}

const KeyList& keys_of_request() {
  static const KeyList kKeys = {&kMethod,    &kKind,         &kPath,    &kAt,         &kPrefetch, &kSecPurpose,
                                &kPrerender, &kStatus,       &kHeaders, &kAgent,      &kRange,    &kSent,
                                &kSize,      &kContentRange, &kOwner,   &kOwnerProof, &kInputKind};
  return kKeys;
}

const KeyList& keys_of_input() {
  static const KeyList kKeys = {&kTrusted, &kUntrusted, &kKeyboard, &kKey, &kInputKind, &kMs, &kSinceLoad, &kWhen};
  return kKeys;
}

const KeyList& keys_of_play() {
  static const KeyList kKeys = {&kTrusted, &kUntrusted, &kMs, &kSinceLoad, &kWhen, &kGesture, &kPlayBy, &kAutoplay};
  return kKeys;
}

const KeyList& keys_of_report() {
  static const KeyList kKeys = {
      &kInputKind, &kAt,         &kSequence,    &kTrusted,    &kKeyboard,  &kMs,          &kUntrusted, &kKey,
      &kAgent,     &kAudible,    &kVolume,      &kWindowless, &kHasWindow, &kSoftwareGpu, &kSinceLoad, &kRanges,
      &kFrom,      &kTo,         &kVisible,     &kHidden,     &kMuted,     &kRate,        &kWebdriver, &kPrerendered,
      &kOuter,     &kOuterWidth, &kOuterHeight, &kGpu,        &kGesture,   &kPlayBy,      &kAutoplay,  &kPosition};
  return kKeys;
}

std::string form_of_key(std::string_view key) {
  std::string form;
  for (char letter : key) {
    if (letter == '_' || letter == '-' || letter == ' ') continue;
    form += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  }
  return form;
}

}  // namespace candid::track
