// The schema of the embedded database: numbered migrations, additive, never edited once released. A file's version is
// the number of migrations it has had (`user_version`). One list for a tenant's file, one for the catalogue's.
// Times are epoch ms: whole ones are stored as integers of six bytes, others as the float64 they are, so nothing is lost.

export const catalogueSchema: readonly string[] = [
  `create table tenant(tenant text primary key, created_at integer not null) without rowid, strict;
   create table key(
     prefix text primary key, tenant text not null, name text not null, scopes text not null, hash text not null,
     created_at integer not null
   ) without rowid, strict;`,
]

export const tenantSchema: readonly string[] = [
  // What is known of devices. The writer of readings keeps device_state, people and programs keep device.
  `create table device(
     device_key integer primary key, device text not null unique, created_at integer not null, kind text, location text,
     mac text, ip text, firmware text, latitude real, longitude real, twin_of text, fleet text, units text, tags text
   );
   -- newest: per channel four float64: channel_key, recordedAt, receivedAt, value.
   create table device_state(
     device_key integer primary key, last_seen_at integer not null, first_recorded_at integer not null,
     last_recorded_at integer not null, last_received_at integer not null, readings integer not null, newest blob not null
   );
   create table channel(channel_key integer primary key, channel text not null unique);
   -- A sorted list of channel keys; a reading's v0, v1, ... are its values in this order.
   create table layout(layout_key integer primary key, channels text not null unique);
   -- No affinity on the values: a declared REAL would store -0.0 as the integer 0. Wider layouts add columns.
   create table reading(
     device_key integer not null, recorded_at integer not null, id_key blob not null, received_at integer not null,
     layout_key integer not null, v0, v1, v2, v3, v4, v5, v6, v7,
     primary key(device_key, recorded_at, id_key)
   ) without rowid;
   -- What few readings have: an id that is no UUID, a label.
   create table reading_text(
     device_key integer not null, recorded_at integer not null, id_key blob not null, id text, label text,
     primary key(device_key, recorded_at, id_key)
   ) without rowid;
   create table document(
     kind text not null, name text not null, value text not null, updated_at integer not null, primary key(kind, name)
   ) without rowid, strict;`,
  // The id ledger: sorted runs of 24-byte entries behind an unsorted tail; see docs/adr/0001-id-ledger.md.
  `create table ledger_tail(sequence integer primary key, entries blob not null) strict;
   create table ledger_run(
     run integer primary key, level integer not null, state text not null, entries integer not null,
     first blob not null, last blob not null, fences blob not null
   ) strict;
   create table ledger_block(block integer primary key, entries blob not null) strict;
   create table ledger_filter(part integer primary key, bits blob not null) strict;`,
  // Rollups: hours written since they were last rolled up, and blocks of entries (minutes of an hour, hours of a day).
  `create table dirty(device_key integer not null, hour integer not null, primary key(device_key, hour))
     without rowid, strict;
   create table rollup(
     span integer not null, device_key integer not null, channel_key integer not null, block integer not null,
     entries blob not null, primary key(span, device_key, channel_key, block)
   ) without rowid, strict;`,
]
