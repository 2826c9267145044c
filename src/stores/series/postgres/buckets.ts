// Aggregates per bucket. Buckets of whole hours or minutes are put together from rollups; raw readings fill in where
// rollups do not tell the truth (hours written since) and where they do not reach (the ends of the range). Buckets of
// other widths, and percentiles, are computed from raw readings. All in one statement, so in one snapshot: an append and
// the staleness of its hours, a rebuild and its end, are each seen whole or not at all.

import type { TransactionSql } from 'postgres'
import type { Tenant } from '#core/tenant.ts'
import { hour_ms, minute_ms } from '#core/time.ts'
import { arrayOf, numbersOf, textArrayOf } from '#databases/postgres/index.ts'
import type { Aggregate, BucketSeries, BucketsQuery } from '../store.ts'
import type { Names } from './names.ts'
import { checkWhole } from './read.ts'

/** How an aggregate is put together from parts that are aggregates of their own. */
const combined: Record<Exclude<Aggregate, 'p50' | 'p95' | 'p99'>, string> = {
  count: 'sum(count)',
  sum: 'sum(sum)',
  avg: 'sum(sum) / sum(count)',
  min: 'min(min)',
  max: 'max(max)',
  first: '(array_agg(first order by at))[1]',
  last: '(array_agg(last order by at desc))[1]',
}

/** The same where each bucket is one part. */
const single: typeof combined = {
  count: 'count',
  sum: 'sum',
  avg: 'sum / count',
  min: 'min',
  max: 'max',
  first: 'first',
  last: 'last',
}

const value = 'r."values"[c.place]'
/** How one is computed from readings, ordered by time where it matters. */
const direct: Record<Aggregate, string> = {
  count: 'count(*)',
  sum: `sum(${value})`,
  avg: `sum(${value}) / count(*)`,
  min: `min(${value})`,
  max: `max(${value})`,
  first: `(array_agg(${value} order by recorded_at, received_at, id))[1]`,
  last: `(array_agg(${value} order by recorded_at desc, received_at desc, id desc))[1]`,
  p50: `percentile_cont(0.5) within group (order by ${value})`,
  p95: `percentile_cont(0.95) within group (order by ${value})`,
  p99: `percentile_cont(0.99) within group (order by ${value})`,
}

export async function readBuckets(
  sql: TransactionSql,
  tenant: Tenant,
  names: Names,
  query: BucketsQuery,
): Promise<BucketSeries[]> {
  checkWhole('bucket_ms', query.bucket_ms, Number.MAX_SAFE_INTEGER)
  const devices = await names.devices(sql, tenant, query.devices)
  const { from, to } = query
  if (devices.size === 0 || !(to > from)) return []
  const raw = query.aggregates.some((name) => name.startsWith('p'))
  const unit = raw ? 0 : query.bucket_ms % hour_ms === 0 ? hour_ms : query.bucket_ms % minute_ms === 0 ? minute_ms : 0
  const inner = unit === 0 ? undefined : { from: ceilTo(from, unit), to: to - (to % unit) }
  const parameters = [arrayOf([...devices.keys()]), from, to, query.bucket_ms]
  if (query.channels) parameters.push(textArrayOf(query.channels))
  const channelFilter = query.channels ? 'and c.channel = any ($5::text[])' : ''
  const statement =
    inner && inner.from < inner.to
      ? fromRollups(query.aggregates, unit, inner, channelFilter, query.bucket_ms === unit)
      : fromReadings(query.aggregates, channelFilter)
  const rows = await sql.unsafe(statement, parameters, { prepare: true })
  return rows
    .map((row) => ({
      device: devices.get(row.device_key)!,
      channel: row.channel as string,
      times: numbersOf(row.times),
      columns: Object.fromEntries(query.aggregates.map((name) => [name, numbersOf(row[name])])),
    }))
    .sort((a, b) => compare(a.device, b.device) || compare(a.channel, b.channel))
}

/** One row per device and channel, with an array per aggregate. */
const series = (aggregates: readonly Aggregate[], buckets: string) => `
  select device_key, channel, array_agg(bucket order by bucket) as times,
    ${[...new Set(aggregates)].map((name) => `array_agg("${name}" order by bucket) as "${name}"`).join(', ')}
  from (${buckets}) buckets group by device_key, channel`

const columnsOf = (aggregates: readonly Aggregate[], how: Partial<Record<Aggregate, string>>) =>
  [...new Set(aggregates)].map((name) => `${how[name]} as "${name}"`).join(', ')

/** Each layout's channels and where their values stand: a join of a few rows, where unnesting would cost every reading. */
const places = (channelFilter: string) => `(
  select l.layout_key, c.channel, c.place
  from layout l cross join lateral unnest(l.channels) with ordinality c (channel, place) where true ${channelFilter})`

const fromReadings = (aggregates: readonly Aggregate[], channelFilter: string) =>
  series(
    aggregates,
    `select r.device_key, c.channel, floor(r.recorded_at / $4::float8) * $4::float8 as bucket, ${columnsOf(aggregates, direct)}
     from reading r join ${places(channelFilter)} c using (layout_key)
     where r.device_key = any ($1::int[]) and r.recorded_at >= $2::float8 and r.recorded_at < $3::float8
     group by 1, 2, 3`,
  )

function fromRollups(
  aggregates: readonly Aggregate[],
  unit: number,
  inner: { readonly from: number; readonly to: number },
  channelFilter: string,
  whole: boolean,
): string {
  const table = unit === hour_ms ? 'rollup_hour' : 'rollup_minute'
  // Parts must have all that the wanted aggregates are made of, and nothing more.
  const needs = new Set<'count' | 'sum' | 'min' | 'max' | 'first' | 'last'>()
  for (const name of aggregates) {
    if (name === 'avg') needs.add('sum').add('count')
    else needs.add(name as 'count')
  }
  const parts = [...needs]
  return series(
    aggregates,
    `with places as materialized (select * from ${places(channelFilter)} p),
     keys as materialized (select device_key from unnest($1::int[]) k (device_key)),
     dirty as materialized (
       select distinct s.device_key, s.hour from stale s
       where s.device_key = any ($1::int[]) and s.hour >= ${inner.from - hour_ms} and s.hour < ${inner.to}),
     spans as materialized (
       select device_key, $2::float8 as starts, ${inner.from}::float8 as ends from keys where $2::float8 < ${inner.from}
       union all
       select device_key, ${inner.to}::float8, $3::float8 from keys where ${inner.to} < $3::float8
       union all
       select device_key, greatest(hour, ${inner.from})::float8, least(hour + ${hour_ms}, ${inner.to})::float8 from dirty
       where hour + ${hour_ms} > ${inner.from}),
     parts as (
       select c.device_key, c.channel, (c.at - c.at % $4::bigint)::float8 as bucket, c.at, ${parts.map((name) => `c.${name}`).join(', ')}
       from ${table} c left join dirty d on d.device_key = c.device_key and d.hour = c.at - c.at % ${hour_ms}
       where c.device_key = any ($1::int[]) and c.at >= ${inner.from} and c.at < ${inner.to} and d.hour is null
         ${channelFilter}
       union all
       select s.device_key, r.* from spans s cross join lateral (
         select c.channel, floor(r.recorded_at / $4::float8) * $4::float8 as bucket, min(r.recorded_at) as at,
           ${columnsOf(parts, direct)}
         from reading r join places c using (layout_key)
         where r.device_key = s.device_key and r.recorded_at >= s.starts and r.recorded_at < s.ends
         group by 1, 2) r)
     select device_key, channel, bucket, ${whole ? columnsOf(aggregates, single) : columnsOf(aggregates, combined)}
     from parts ${whole ? '' : 'group by 1, 2, 3'}`,
  )
}

const ceilTo = (value: number, unit: number) => Math.ceil(value / unit) * unit
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
