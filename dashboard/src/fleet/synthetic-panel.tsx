// Fleets and twins in one place: what runs, how it keeps up, one form to start another fleet, and a way to stop each.

import { type FormEvent, useState } from 'react'
import { ApiError, api, type Fleet, type Twin } from '../api.ts'
import { formatCompact, formatSpan } from '../format.ts'
import { useLoad } from '../hooks.ts'
import { Dialog, Notice } from '../parts/controls.tsx'
import { KindMark } from '../parts/marks.tsx'
import { devicePath, Link } from '../router.tsx'

export function SyntheticPanel(props: { open: boolean; onClose: () => void; onChanged: () => void }) {
  return (
    <Dialog title="Fleets and twins" open={props.open} onClose={props.onClose} side>
      <Body onChanged={props.onChanged} />
    </Dialog>
  )
}

function Body({ onChanged }: { onChanged: () => void }) {
  const fleets = useLoad('fleets', api.fleets, { refresh_ms: 2_000 })
  const twins = useLoad('twins', api.twins, { refresh_ms: 5_000 })
  const [failure, setFailure] = useState<string>()
  const act = async (what: Promise<unknown>) => {
    setFailure(undefined)
    try {
      await what
    } catch (error) {
      setFailure(error instanceof ApiError ? error.message : String(error))
    }
    fleets.reload()
    twins.reload()
    onChanged()
  }
  const failed = failure ?? fleets.error?.message
  return (
    <>
      {failed && (
        <Notice kind="error" title="That did not work.">
          {failed}
        </Notice>
      )}
      <h3>Synthetic fleets</h3>
      <ul className="runs">
        {fleets.data?.map((fleet) => (
          <FleetRun key={fleet.fleet} fleet={fleet} onStop={() => act(api.stopFleet(fleet.fleet))} />
        ))}
        {fleets.data?.length === 0 && <li className="none">None runs. The form below starts one.</li>}
      </ul>
      <StartFleet
        taken={fleets.data?.map((fleet) => fleet.fleet) ?? []}
        onStart={(fleet) => act(api.startFleet(fleet))}
      />
      <h3>Twins</h3>
      <ul className="runs">
        {twins.data?.map((twin) => (
          <TwinRun key={twin.twin} twin={twin} onStop={() => act(api.stopTwin(twin.twin))} />
        ))}
        {twins.error && <li className="none">They could not be loaded: {twins.error.message}</li>}
        {twins.data?.length === 0 && <li className="none">None yet. Open a real device and press “Make a twin”.</li>}
      </ul>
    </>
  )
}

function FleetRun({ fleet, onStop }: { fleet: Fleet; onStop: () => void }) {
  const done = fleet.progress === undefined ? '' : `, ${Math.floor(fleet.progress * 100)}%`
  const words = { running: 'Running', backfilling: `Writing its history${done}`, stopped: 'Stopped' }[fleet.state]
  return (
    <li data-state={fleet.state}>
      <KindMark kind="synthetic" />
      <div>
        <b>{fleet.fleet}</b>
        <small>
          {formatCompact(fleet.devices)} devices, one reading each {formatSpan(fleet.interval_ms / fleet.speed)}
        </small>
        <small>
          {words}; {formatCompact(fleet.accepted)} accepted
          {fleet.late_ms > 1000 ? `; up to ${formatSpan(fleet.late_ms)} late` : ''}
        </small>
      </div>
      {fleet.state !== 'stopped' && (
        <button type="button" className="button" onClick={onStop} aria-label={`Stop fleet ${fleet.fleet}`}>
          Stop
        </button>
      )}
    </li>
  )
}

function TwinRun({ twin, onStop }: { twin: Twin; onStop: () => void }) {
  return (
    <li data-state={twin.state}>
      <KindMark kind="twin" />
      <div>
        <Link href={devicePath(twin.device)}>
          <b>{twin.twin}</b>
        </Link>
        <small>
          of {twin.device}; fidelity {twin.fidelity.toFixed(1)} of 100
          {twin.state === 'stopped' ? '; stopped' : ''}
        </small>
      </div>
      {twin.state !== 'stopped' && (
        <button type="button" className="button" onClick={onStop} aria-label={`Stop twin ${twin.twin}`}>
          Stop
        </button>
      )}
    </li>
  )
}

function StartFleet(props: {
  taken: readonly string[]
  onStart: (fleet: { fleet: string; devices: number; interval_ms: number }) => Promise<void>
}) {
  const [busy, setBusy] = useState(false)
  const free =
    ['orchard', 'harbour', 'depot', 'greenhouse', 'quarry'].find((name) => !props.taken.includes(name)) ?? 'fleet'
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    const data = new FormData(form)
    setBusy(true)
    await props.onStart({
      fleet: String(data.get('fleet')).trim() || free,
      devices: Number(data.get('devices')),
      interval_ms: Number(data.get('interval_s')) * 1000,
    })
    setBusy(false)
    form.reset()
  }
  return (
    <form className="start-fleet" onSubmit={submit}>
      <label>
        Name
        <input
          name="fleet"
          placeholder={free}
          pattern="[A-Za-z0-9][A-Za-z0-9_.\-]*"
          maxLength={40}
          autoComplete="off"
        />
      </label>
      <label>
        Devices
        <input name="devices" type="number" min={1} max={10_000} defaultValue={20} required inputMode="numeric" />
      </label>
      <label>
        Every, s
        <input
          name="interval_s"
          type="number"
          min={0.1}
          max={3_600}
          step="any"
          defaultValue={1}
          required
          inputMode="decimal"
        />
      </label>
      <button type="submit" className="button primary" disabled={busy}>
        {busy ? 'Starting…' : 'Start fleet'}
      </button>
    </form>
  )
}
