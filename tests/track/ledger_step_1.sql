-- A ledger as the first release made it, with rows: what it held must be found after every later step.
PRAGMA journal_mode = WAL;
CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT;
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;

CREATE TABLE message (
  message_id TEXT PRIMARY KEY,
  campaign_id TEXT NOT NULL,
  campaign_name TEXT NOT NULL,
  candidate_id TEXT NOT NULL,
  candidate_name TEXT NOT NULL,
  candidate_email TEXT NOT NULL,
  roster_line INTEGER NOT NULL,
  duration_us INTEGER NOT NULL,
  page TEXT NOT NULL,
  video_ref TEXT NOT NULL,
  poster_ref TEXT NOT NULL,
  captions_ref TEXT NOT NULL,
  published_at INTEGER NOT NULL
) STRICT;
CREATE INDEX message_of_campaign ON message (campaign_id, roster_line);

CREATE TABLE link (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  token_sha256 BLOB NOT NULL UNIQUE,
  message_id TEXT NOT NULL REFERENCES message (message_id) ON DELETE CASCADE,
  purpose TEXT NOT NULL CHECK (purpose IN ('candidate', 'owner')),
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  do_not_track_at INTEGER
) STRICT;
CREATE INDEX link_of_message ON link (message_id);

CREATE TABLE event (
  id INTEGER PRIMARY KEY,
  link_id INTEGER NOT NULL REFERENCES link (id) ON DELETE CASCADE,
  session TEXT NOT NULL,
  sequence INTEGER,
  received_at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  agent TEXT NOT NULL,
  network TEXT NOT NULL,
  UNIQUE (link_id, session, sequence)
) STRICT;
CREATE INDEX event_with_network ON event (received_at) WHERE network <> '';
INSERT INTO schema_version VALUES (1);

INSERT INTO meta VALUES ('server_key', x'abababababababababababababababababababababababababababababababab');
INSERT INTO message VALUES ('m-1', 'backend', 'Backend Engineer', 'c-1', 'Ana 100% Lopez', 'ana@example.com', 2, 60000000,
  '{"accent":"#2f5bea","buttons":[],"captions_in_picture":false,"company":"Northwind","headline":"Hello Ana","language":"en","message":"First line"}',
  'video', 'poster', 'captions', 1795348800000);
INSERT INTO link VALUES (7, x'803c66da04d8a5abc41d4e63e2fabac3893ce6a532602e960ead79f3f3325941', 'm-1', 'candidate', 1795348800000, 1795352400000, NULL, NULL);
INSERT INTO link VALUES (8, x'fb910f4f55427a014d3f1523c02a7823b9546004f8eda2ba5516117f7c109ffd', 'm-1', 'owner', 1795348800000, NULL, 1795348800000, 1795348800000);
INSERT INTO event VALUES (1, 7, '', NULL, 1795348800000, 'page', '{}', 'agent', '203.0.113.0/24');
INSERT INTO event VALUES (2, 7, 's', 0, 1795348800000, 'beat', '{}', 'agent', '');
