// The functions of the first migration. A call of `append` is one round trip and one transaction: it sets the tenant,
// and everything below runs under that tenant's policies, because the functions run with the rights of the caller.
// Only `ensure_partition` runs with the owner's rights; it creates one partition by a fixed rule and nothing else.
//
// Order of locks, the same in every append, so that no two can wait for each other: the tenant's shared advisory lock,
// ledger ids in order, device states in order, stale hours in order. Each is a statement of its own for that reason:
// parts of one statement would run interleaved.

/** First key of the tenant's advisory lock: shared by appends, exclusive for the moment in which stale hours are taken. */
const lockClass = 7_411

export const functions = `
-- Keys of devices by name, creating the missing ones where p_create says so. Unknown ones are left out.
create function device_keys(p_tenant text, p_devices text[], p_seen bigint[], p_create boolean)
returns table (name text, key integer) language plpgsql set search_path = millrace, pg_temp as $$
begin
  perform set_config('millrace.tenant', p_tenant, true);
  if p_create then
    insert into device (tenant, device, created_at)
    select p_tenant, n.device, n.seen from unnest(p_devices, p_seen) n (device, seen)
    where not exists (select 1 from device d where d.tenant = p_tenant and d.device = n.device collate "C")
    order by n.device collate "C" on conflict do nothing;
  end if;
  return query select d.device::text, d.device_key from device d
    where d.tenant = p_tenant and d.device = any (p_devices collate "C");
end $$;

-- Key of a list of channel names, created where it is missing.
create function layout_key(p_tenant text, p_channels text[])
returns integer language plpgsql set search_path = millrace, pg_temp as $$
declare found integer;
begin
  perform set_config('millrace.tenant', p_tenant, true);
  loop
    select l.layout_key into found from layout l where l.tenant = p_tenant and l.channels = p_channels collate "C";
    if found is not null then return found; end if;
    insert into layout (tenant, channels) values (p_tenant, p_channels) on conflict do nothing;
  end loop;
end $$;

-- The partition for an instant: [starts, ends). A month from 2010 to 2040, a year outside, 1970 to 2200: at most 561 of
-- them whatever times arrive, and none that swallows silently what nobody foresaw. ATTACH takes a lock that lets
-- inserts and reads go on. Without grants of its own a partition is reached through its parent only.
create function ensure_partition(p_at float8, out starts bigint, out ends bigint)
language plpgsql security definer set search_path = millrace, pg_temp as $$
declare
  moment timestamp := to_timestamp(p_at / 1000.0) at time zone 'UTC';
  unit text := case when moment >= '2010-01-01' and moment < '2040-01-01' then 'month' else 'year' end;
  start timestamp := date_trunc(unit, moment);
  partition text := 'reading_' || to_char(start, case unit when 'month' then 'YYYY_MM' else 'YYYY' end);
begin
  if p_at < 0 or p_at > 7258118400000 then
    raise exception 'time % lies outside 1970 to 2200', p_at using errcode = '22008';
  end if;
  starts := extract(epoch from start)::bigint * 1000;
  ends := extract(epoch from start + ('1 ' || unit)::interval)::bigint * 1000;
  if to_regclass('millrace.' || partition) is not null then return; end if;
  perform pg_advisory_xact_lock(${lockClass}, 0);
  -- Not to_regclass again: it may answer from the session's cache, which an advisory lock does not refresh.
  if exists (select from pg_class c where c.relnamespace = 'millrace'::regnamespace and c.relname = partition) then
    return;
  end if;
  execute format('create table %I (like reading including defaults including constraints)', partition);
  execute format('alter table %I enable row level security', partition);
  execute format('alter table %I force row level security', partition);
  execute format('create index on %I (device_key, recorded_at)', partition);
  execute format('alter table reading attach partition %I for values from (%s) to (%s)', partition, starts, ends);
end $$;
revoke execute on function ensure_partition from public;

-- Stores readings whose ids are distinct. Answers what was not stored: its ordinal (from 1) and whether its payload
-- differs from the one that holds its id. The caller sums its readings up by device and layout (s_...) and names the
-- hours that they fall into, which is cheaper there; the sums are made anew where some readings turn out to be known.
create function append(p_tenant text, p_id uuid[], p_payload bigint[], p_device integer[], p_layout integer[],
  p_recorded float8[], p_received float8[], p_values text[], p_label text[], p_id_text text[],
  s_device integer[], s_layout integer[], s_count bigint[], s_first float8[], s_last float8[], s_received float8[],
  s_seen float8[], s_values text[], p_stale_device integer[], p_stale_hour bigint[])
returns table (ordinal bigint, conflict boolean) language plpgsql set search_path = millrace, pg_temp as $$
declare fresh uuid[];
begin
  perform set_config('millrace.tenant', p_tenant, true);
  perform pg_advisory_xact_lock_shared(${lockClass}, hashtext(p_tenant));

  with added as (
    insert into ledger (id, payload, tenant)
    select n.id, n.payload, p_tenant from unnest(p_id, p_payload) n (id, payload) order by n.id
    on conflict do nothing returning ledger.id
  ) select array_agg(added.id) into fresh from added;

  if coalesce(cardinality(fresh), 0) < cardinality(p_id) then
    -- A statement of its own: it sees what the insert had to wait for.
    return query
      select n.ordinal, l.payload <> n.payload
      from unnest(p_id, p_payload) with ordinality n (id, payload, ordinal)
      join ledger l on l.id = n.id and l.tenant = p_tenant
      left join unnest(fresh) f (id) on f.id = n.id
      where f.id is null;
    select array_agg(n.id), array_agg(n.device), array_agg(n.layout), array_agg(n.recorded), array_agg(n.received),
      array_agg(n.vals), array_agg(n.label), array_agg(n.id_text)
    into p_id, p_device, p_layout, p_recorded, p_received, p_values, p_label, p_id_text
    from unnest(p_id, p_device, p_layout, p_recorded, p_received, p_values, p_label, p_id_text)
      n (id, device, layout, recorded, received, vals, label, id_text)
    join unnest(fresh) f (id) on f.id = n.id;
    if p_id is null then return; end if;
    select array_agg(s.device), array_agg(s.layout), array_agg(s.count), array_agg(s.first_at), array_agg(s.recorded),
      array_agg(s.received), array_agg(s.seen), array_agg(s.vals)
    into s_device, s_layout, s_count, s_first, s_last, s_received, s_seen, s_values
    from (
      select distinct on (n.device, n.layout) n.device, n.layout, count(*) over same as count,
        min(n.recorded) over same as first_at, n.recorded, n.received, max(n.received) over same as seen, n.vals
      from unnest(p_device, p_layout, p_recorded, p_received, p_values) n (device, layout, recorded, received, vals)
      window same as (partition by n.device, n.layout order by n.recorded desc, n.received desc
        rows between unbounded preceding and unbounded following)
      order by n.device, n.layout, n.recorded desc, n.received desc) s;
  end if;

  insert into reading (recorded_at, received_at, id, device_key, layout_key, tenant, "values", label, id_text)
  select n.recorded, n.received, n.id, n.device, n.layout, p_tenant, n.vals::float8[], n.label, n.id_text
  from unnest(p_recorded, p_received, p_id, p_device, p_layout, p_values, p_label, p_id_text)
    n (recorded, received, id, device, layout, vals, label, id_text);

  insert into device_state as s
    (device_key, layout_key, count, first_at, last_at, received_at, seen_at, tenant, "values")
  select n.device, n.layout, n.count, n.first_at, n.last_at, n.received, n.seen, p_tenant, n.vals::float8[]
  from unnest(s_device, s_layout, s_count, s_first, s_last, s_received, s_seen, s_values)
    n (device, layout, count, first_at, last_at, received, seen, vals)
  order by n.device, n.layout
  on conflict (device_key, layout_key) do update set
    count = s.count + excluded.count,
    first_at = least(s.first_at, excluded.first_at),
    seen_at = greatest(s.seen_at, excluded.seen_at),
    last_at = greatest(s.last_at, excluded.last_at),
    received_at = case when (excluded.last_at, excluded.received_at) >= (s.last_at, s.received_at)
      then excluded.received_at else s.received_at end,
    "values" = case when (excluded.last_at, excluded.received_at) >= (s.last_at, s.received_at)
      then excluded."values" else s."values" end;

  insert into stale (hour, device_key, building, tenant)
  select n.hour, n.device, false, p_tenant from unnest(p_stale_device, p_stale_hour) n (device, hour) order by 2, 1
  on conflict do nothing;
end $$;

-- Takes stale hours that are over, so that they can be rebuilt. For its moment no append of the tenant is under way:
-- all before it have committed and the rebuild sees them, all after it mark their hours anew. An hour that is being
-- rebuilt already is left for the next time.
create function claim_stale(p_tenant text, p_limit integer)
returns integer language plpgsql set search_path = millrace, pg_temp as $$
declare taken integer;
begin
  perform set_config('millrace.tenant', p_tenant, true);
  perform pg_advisory_xact_lock(${lockClass}, hashtext(p_tenant));
  with picked as (
    select s.device_key, s.hour from stale s
    where s.tenant = p_tenant and not s.building and s.hour + 3660000 <= extract(epoch from now()) * 1000
      and not exists (select 1 from stale b where b.device_key = s.device_key and b.hour = s.hour and b.building)
    order by s.device_key, s.hour limit p_limit
  )
  update stale s set building = true from picked p
  where s.device_key = p.device_key and s.hour = p.hour and not s.building;
  get diagnostics taken = row_count;
  return taken;
end $$;

-- Rebuilds the rollups of hours that were taken, by this process or by one that died, and answers how many. The rollups
-- and the end of their staleness commit together. The end of each hour is computed beforehand: below row-level security
-- an index is searched only by comparisons that cannot leak, and an addition, which may overflow, is not one of them.
-- Joins are kept to searches of an index, one per hour: the planner cannot know how few rows an hour of a device has, and
-- would rather read all rollups of all time.
create function rebuild_rollups(p_tenant text, p_limit integer)
returns integer language plpgsql set search_path = millrace, pg_temp
  set enable_hashjoin = off set enable_mergejoin = off set enable_seqscan = off as $$
declare keys integer[]; hours bigint[]; ends bigint[];
begin
  perform set_config('millrace.tenant', p_tenant, true);
  select array_agg(s.device_key), array_agg(s.hour), array_agg(s.hour + 3600000) into keys, hours, ends from (
    select device_key, hour from stale where tenant = p_tenant and building
    order by device_key, hour limit p_limit for update skip locked) s;
  if keys is null then return 0; end if;

  delete from rollup_minute m using unnest(keys, hours, ends) k (device_key, hour, ends)
    where m.device_key = k.device_key and m.at >= k.hour and m.at < k.ends;
  delete from rollup_hour h using unnest(keys, hours) k (device_key, hour)
    where h.device_key = k.device_key and h.at = k.hour;
  insert into rollup_minute (at, device_key, count, sum, min, max, first, last, tenant, channel)
  select g.at, k.device_key, g.count, g.sum, g.min, g.max, g.first, g.last, p_tenant, g.channel
  from unnest(keys, hours, ends) k (device_key, hour, ends) cross join lateral (
    select floor(r.recorded_at / 60000)::bigint * 60000 as at, c.channel,
      count(*) as count, sum(c.value) as sum, min(c.value) as min, max(c.value) as max,
      (array_agg(c.value order by r.recorded_at, r.received_at, r.id))[1] as first,
      (array_agg(c.value order by r.recorded_at desc, r.received_at desc, r.id desc))[1] as last
    from reading r join layout l using (layout_key)
    cross join lateral unnest(l.channels, r."values") c (channel, value)
    where r.device_key = k.device_key and r.recorded_at >= k.hour and r.recorded_at < k.ends
    group by 1, 2) g;
  insert into rollup_hour (at, device_key, count, sum, min, max, first, last, tenant, channel)
  select k.hour, k.device_key, sum(m.count), sum(m.sum), min(m.min), max(m.max),
    (array_agg(m.first order by m.at))[1], (array_agg(m.last order by m.at desc))[1], p_tenant, m.channel
  from unnest(keys, hours, ends) k (device_key, hour, ends)
  join rollup_minute m on m.device_key = k.device_key and m.at >= k.hour and m.at < k.ends
  group by k.device_key, k.hour, m.channel;
  delete from stale s using unnest(keys, hours) k (device_key, hour)
    where s.device_key = k.device_key and s.hour = k.hour and s.building;
  return cardinality(keys);
end $$;
grant execute on all functions in schema millrace to millrace_app;
`
