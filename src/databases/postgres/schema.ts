// The first migration: every table, its policy, and what the application's role may do.
//
// One schema `millrace`, owned by whoever runs the migrations. Every table that holds a tenant's data has row-level
// security enabled and forced, and one policy `tenant`: rows of the tenant that the transaction has set, for reading
// and for writing. The set tenant is read in a sub-select, so that PostgreSQL evaluates it once per statement and not
// once per row. `tenant` and `api_key` are looked up before the tenant is known: theirs is the policy `catalogue`,
// which only a transaction that says so satisfies. docs/adr/0003-postgres-isolation.md says why.

export const tables = `
create table tenant (
  tenant text collate "C" primary key,
  created_at bigint not null
);
create table api_key (
  prefix text collate "C" primary key,
  tenant text collate "C" not null,
  name text not null,
  scopes text not null,
  hash text not null,
  created_at bigint not null
);
create index api_key_created on api_key (created_at);

create table device (
  device_key integer generated always as identity primary key,
  tenant text collate "C" not null,
  device text collate "C" not null,
  created_at bigint not null,
  metadata jsonb not null default '{}',
  unique (tenant, device)
);
create table document (
  tenant text collate "C" not null,
  kind text collate "C" not null,
  name text collate "C" not null,
  updated_at bigint not null,
  value text not null,
  primary key (tenant, kind, name)
);

-- A distinct sorted list of channel names; readings carry its key instead of names.
create table layout (
  layout_key integer generated always as identity primary key,
  tenant text collate "C" not null,
  channels text[] collate "C" not null,
  unique (tenant, channels)
);

-- Every id that was ever accepted: an id counts once per tenant for ever. payload tells a repeat from a conflict.
create table ledger (
  id uuid not null,
  payload bigint not null,
  tenant text collate "C" not null,
  primary key (id, tenant)
);

-- Times are epoch ms as float8, which keeps a fraction of a ms as it came. Wide columns first, so that nothing is lost
-- to alignment. Partitions: see ensure_partition.
create table reading (
  recorded_at float8 not null,
  received_at float8 not null,
  id uuid not null,
  device_key integer not null,
  layout_key integer not null,
  tenant text collate "C" not null,
  "values" float8[] not null,
  label text,
  id_text text
) partition by range (recorded_at);
create index reading_device on reading (device_key, recorded_at);
create index reading_label on reading (device_key, recorded_at) where label is not null;

-- One row per device and layout that it has sent: how many, since when, and the newest. Latest values, last seen,
-- channels and extents are read from here. Half-empty pages keep its updates out of the index (HOT).
create table device_state (
  device_key integer not null,
  layout_key integer not null,
  count bigint not null,
  first_at float8 not null,
  last_at float8 not null,
  received_at float8 not null,
  seen_at float8 not null,
  tenant text collate "C" not null,
  "values" float8[] not null,
  primary key (device_key, layout_key)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

-- Hours of a device whose rollups do not tell the truth: written since (building = false), or taken by a maintainer
-- that has not committed its rebuild (building = true).
create table stale (
  hour bigint not null,
  device_key integer not null,
  building boolean not null,
  tenant text collate "C" not null,
  primary key (device_key, hour, building)
);
create index stale_tenant on stale (tenant, building, device_key, hour);
create table rollup_minute (
  at bigint not null,
  device_key integer not null,
  count integer not null,
  sum float8 not null,
  min float8 not null,
  max float8 not null,
  first float8 not null,
  last float8 not null,
  tenant text collate "C" not null,
  channel text collate "C" not null,
  primary key (device_key, at, channel)
);
create table rollup_hour (like rollup_minute including all);
`

/** Tables of one tenant's data each row: the policy `tenant`. */
export const tenantTables = [
  'device',
  'document',
  'layout',
  'ledger',
  'reading',
  'device_state',
  'stale',
  'rollup_minute',
  'rollup_hour',
] as const

/** Tables that are looked up before a tenant is known: the policy `catalogue`. */
export const catalogueTables = ['tenant', 'api_key'] as const

/** Tables of which the application may also delete rows. The ledger and the readings are never taken back. */
const deletable: readonly string[] = ['api_key', 'document', 'stale', 'rollup_minute', 'rollup_hour']
const updatable: readonly string[] = ['device', 'document', 'device_state', 'stale', 'api_key']

const policy = (table: string, name: string, condition: string) => `
alter table ${table} enable row level security;
alter table ${table} force row level security;
create policy ${name} on ${table} using (${condition}) with check (${condition});
grant select, insert${updatable.includes(table) ? ', update' : ''}${deletable.includes(table) ? ', delete' : ''}
  on ${table} to millrace_app;`

export const policies = [
  ...tenantTables.map((table) =>
    policy(table, 'tenant', `tenant = (select nullif(current_setting('millrace.tenant', true), ''))`),
  ),
  ...catalogueTables.map((table) =>
    policy(table, 'catalogue', `(select current_setting('millrace.catalogue', true)) = 'on'`),
  ),
  'grant usage on schema millrace to millrace_app;',
  'grant select on migration to millrace_app;',
].join('\n')
