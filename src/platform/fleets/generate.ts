// A fleet without a pipeline: what its devices would deliver, in the order in which they would deliver it, as fast as it
// is asked for and in constant memory. The same specification and start give the same readings, to the bit.

import type { Generator } from '#generators/generator.ts'
import { type Imperfections, usualImperfections } from './field.ts'
import { createInstrument, type Delivery, type Instrument, type Synthetic } from './instrument.ts'
import { modelsOf } from './models.ts'
import { type Member, rosterOf } from './roster.ts'
import { createSchedule } from './schedule.ts'
import type { FleetSpecification } from './specification.ts'

export type FleetMember = Member & Instrument

/** Every device of a fleet, ready to be read. Throws InputError where a channel is no preset. */
export function membersOf(
  generator: Generator,
  specification: FleetSpecification,
  imperfections: Imperfections = usualImperfections,
): FleetMember[] {
  const modelOf = modelsOf(generator, specification)
  const { interval_ms } = specification
  return rosterOf(specification).map((member) => ({
    ...member,
    ...createInstrument({ ...member, ...modelOf(member), interval_ms, imperfections }),
  }))
}

export type Delivered = { readonly reading: Synthetic; readonly delivery: Delivery; readonly deliveredAt: number }

export type FleetReadingsOptions = {
  readonly generator: Generator
  /** Deliveries in (from, to], epoch ms; without `to` for as long as somebody takes them. */
  readonly from: number
  readonly to?: number
  readonly imperfections?: Imperfections
  readonly signal?: AbortSignal
}

/** Ends at `to`, after the specification's `count`, or never. */
export function* fleetReadings(
  specification: FleetSpecification,
  { generator, from, to = Number.POSITIVE_INFINITY, imperfections, signal }: FleetReadingsOptions,
): IterableIterator<Delivered> {
  const members = membersOf(generator, specification, imperfections)
  const { interval_ms, count = Number.POSITIVE_INFINITY } = specification
  const schedule = createSchedule(
    members.map((m) => m.phase_ms),
    interval_ms,
  )
  schedule.seek(from)
  const due: Delivered[] = []
  for (let given = 0; schedule.time() <= to; schedule.next()) {
    signal?.throwIfAborted()
    const deliveredAt = schedule.time()
    due.length = 0
    members[schedule.device()]!.deliver(deliveredAt, interval_ms, (reading, delivery) =>
      due.push({ reading, delivery, deliveredAt }),
    )
    for (const delivered of due) {
      if (given++ >= count) return
      yield delivered
    }
    if (given >= count) return
  }
}
