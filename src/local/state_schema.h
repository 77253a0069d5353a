// The tables of local mode's state file (docs/contributing/formats/local-files.md). Queue, tenants and ledger
// may share one file or have one each. Every file has all tables.
#pragma once

#include <array>
#include <string_view>

namespace headgate::local {

// Steps may only be added; a released step must never change. Times are Unix nanoseconds.
inline constexpr std::array<std::string_view, 5> kStateMigrations = {R"sql(
CREATE TABLE messages (
  number        INTEGER PRIMARY KEY,
  id            TEXT NOT NULL,
  body          TEXT NOT NULL,
  sent_at       INTEGER NOT NULL,
  visible_at    INTEGER NOT NULL,
  received_at   INTEGER NOT NULL DEFAULT 0,
  receive_count INTEGER NOT NULL DEFAULT 0,
  receipt       TEXT,                        -- of the last receive
  is_dead       INTEGER NOT NULL DEFAULT 0   -- a dead letter; since `visible_at`
) STRICT;
CREATE INDEX messages_by_visibility ON messages (is_dead, visible_at);
CREATE UNIQUE INDEX messages_by_receipt ON messages (receipt) WHERE receipt IS NOT NULL;

CREATE TABLE tenant_configurations (
  tenant   TEXT NOT NULL,
  type     TEXT NOT NULL,
  version  INTEGER NOT NULL,
  document TEXT NOT NULL,                    -- JSON, see docs/contributing/formats/tenant-configuration.md
  PRIMARY KEY (tenant, type)
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
  bucket       TEXT NOT NULL,
  key          TEXT NOT NULL,
  tenant       TEXT NOT NULL,
  destination  TEXT NOT NULL,
  state        TEXT NOT NULL,                -- pending, delivered, filtered, parked, lost
  next_batch   INTEGER NOT NULL,
  reason       TEXT NOT NULL,
  updated_at   INTEGER NOT NULL,
  owner        TEXT NOT NULL,                -- empty: no lease
  leased_until INTEGER NOT NULL,
  PRIMARY KEY (bucket, key, tenant, destination)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_parked ON deliveries (updated_at) WHERE state = 'parked';
)sql",
                                                                     R"sql(
CREATE INDEX deliveries_settled ON deliveries (updated_at) WHERE state IN ('delivered', 'filtered');
)sql",
                                                                     R"sql(
ALTER TABLE deliveries ADD COLUMN plan TEXT NOT NULL DEFAULT '';  -- what next_batch counts; empty: not known
)sql",
                                                                     R"sql(
ALTER TABLE deliveries ADD COLUMN etag TEXT NOT NULL DEFAULT '';  -- of the content that was settled; empty: not known
ALTER TABLE deliveries ADD COLUMN batch_outcome TEXT NOT NULL DEFAULT '';  -- of the events of next_batch
ALTER TABLE deliveries ADD COLUMN parked_since INTEGER NOT NULL DEFAULT 0;  -- when it was parked first
ALTER TABLE deliveries ADD COLUMN releases INTEGER NOT NULL DEFAULT 0;      -- since then
CREATE INDEX deliveries_lost ON deliveries (updated_at) WHERE state = 'lost';
)sql",
                                                                     R"sql(
ALTER TABLE deliveries ADD COLUMN open_claims INTEGER NOT NULL DEFAULT 0;  -- nobody ended them: workers that died
)sql"};

}  // namespace headgate::local
