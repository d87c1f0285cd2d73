#pragma once
// The columns that readers of rows expect, in their order; SQLite's and PostgreSQL's tables name them alike. Internal
// to track.

namespace candid::track {

inline constexpr const char* kMessageColumns =
    "message_id, campaign_id, campaign_name, candidate_id, candidate_name, candidate_email, roster_line, duration_us, "
    "page, video_ref, poster_ref, captions_ref, published_at";
inline constexpr const char* kLinkColumns =
    "id, message_id, purpose, created_at, expires_at, view_limit, passcode_hash, may_download, revoked_at, "
    "do_not_track_at IS NOT NULL, (SELECT count(*) FROM link_view WHERE link_view.link_id = link.id)";
inline constexpr int kLinkColumnCount = 11;
inline constexpr const char* kEventColumns = "link_id, session, sequence, received_at, kind, body, agent, network";
inline constexpr const char* kApiTokenColumns = "name, scope, created_at, expires_at";

// Ledger::erasure_mark(): each erasing of a message adds to one of the two.
inline constexpr const char* kErasureMark = "SELECT count(*) || ' ' || coalesce(sum(messages), 0) FROM erasure";

// After messages were removed: the counters of campaigns that have none left (Ledger::add_counts()).
inline constexpr const char* kDropCounts =
    "DELETE FROM view_count WHERE NOT EXISTS (SELECT 1 FROM message WHERE message.campaign_id = "
    "view_count.campaign_id)";

}  // namespace candid::track
