#include "track/evidence/outside_keys.h"

namespace candid::track {

using namespace keys;

std::span<const FieldKey* const> keys_of_line() {
  static constexpr std::array kKeys = {
      &kId,          &kAgent,       &kNetwork,     &kDataCentre, &kMailSecurity, &kSinceMail,
      &kMailAt,      &kTrap,        &kPrefetch,    &kSecPurpose, &kGesture,      &kStartedBy,
      &kWindowless,  &kHasWindow,   &kSoftwareGpu, &kAudible,    &kVolume,       &kDuration,
      &kOwner,       &kPurpose,     &kRequests,    &kServedHere, &kEvents,       &kInputs,
      &kPlayed,      &kWall,        &kPlay,        &kAutoplay,   &kScript,       &kMail,
      &kLink,        &kSourceGroup, &kCandidate,   &kStartsAt,   &kLinksIn10s,   &kCandidatesIn2min,
      &kWebdriver,   &kPrerendered, &kVisible,     &kHidden,     &kOuter,        &kOuterWidth,
      &kOuterHeight, &kGpu,         &kMuted,       &kRate};
  return kKeys;
}

std::span<const FieldKey* const> keys_of_request() {
  static constexpr std::array kKeys = {&kMethod,  &kKind,  &kPath,  &kAt,   &kPrefetch, &kSecPurpose,
                                       &kHeaders, &kAgent, &kRange, &kSent, &kSize};
  return kKeys;
}

std::span<const FieldKey* const> keys_of_input() {
  static constexpr std::array kKeys = {&kTrusted,   &kUntrusted, &kKeyboard,  &kKey,
                                       &kInputKind, &kMs,        &kSinceLoad, &kWhen};
  return kKeys;
}

std::span<const FieldKey* const> keys_of_play() {
  static constexpr std::array kKeys = {&kTrusted, &kUntrusted, &kMs, &kSinceLoad, &kWhen};
  return kKeys;
}

std::span<const FieldKey* const> keys_of_report() {
  static constexpr std::array kKeys = {
      &kInputKind,   &kAt,     &kSequence,   &kTrusted,     &kKeyboard,   &kMs,        &kUntrusted,
      &kKey,         &kAgent,  &kAudible,    &kVolume,      &kWindowless, &kHasWindow, &kSoftwareGpu,
      &kSinceLoad,   &kRanges, &kVisible,    &kHidden,      &kMuted,      &kRate,      &kWebdriver,
      &kPrerendered, &kOuter,  &kOuterWidth, &kOuterHeight, &kGpu};
  return kKeys;
}

}  // namespace candid::track
