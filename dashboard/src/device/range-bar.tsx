// The range: presets that follow the clock, a custom one that stands still, and a way back to live.

import { type FormEvent, useState } from 'react'
import { serverNow } from '../clock.ts'
import { formatMoment, formatSpan } from '../format.ts'
import { Segments } from '../parts/controls.tsx'
import { Icon } from '../parts/icons.tsx'
import { boundsOf, fixedRange, presets, type Range, spanOf } from '../range.ts'

export function RangeBar({
  range,
  onRange,
  onLive,
}: {
  range: Range
  onRange: (range: Range) => void
  onLive: (() => void) | undefined
}) {
  const [custom, setCustom] = useState(false)
  const preset = range.kind === 'live' ? presets.find((p) => p.span_ms === range.span_ms)?.name : undefined
  return (
    <div className="range-bar">
      <Segments
        name="Range"
        value={custom ? 'custom' : (preset ?? 'custom')}
        options={[
          ...presets.map((p, i) => ({ value: p.name as string, words: p.words, title: `Key ${i + 1}` })),
          { value: 'custom', words: range.kind === 'live' && !preset ? formatSpan(range.span_ms) : 'Custom' },
        ]}
        onChange={(name) => {
          const chosen = presets.find((p) => p.name === name)
          setCustom(!chosen && !custom)
          if (chosen) onRange({ kind: 'live', span_ms: chosen.span_ms })
        }}
      />
      {range.kind === 'fixed' && (
        <span className="fixed-range">
          <span className="tabular">
            {formatMoment(range.from)} – {formatMoment(range.to)}
          </span>
          <small>{formatSpan(spanOf(range))}</small>
          {onLive && (
            <button type="button" className="button quiet" onClick={onLive}>
              <Icon name="back" />
              Back to live
            </button>
          )}
        </span>
      )}
      {custom && (
        <CustomRange
          range={range}
          onRange={(next) => {
            setCustom(false)
            onRange(next)
          }}
        />
      )}
    </div>
  )
}

function CustomRange({ range, onRange }: { range: Range; onRange: (range: Range) => void }) {
  const [from, to] = boundsOf(range, serverNow())
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    const [a, b] = [Date.parse(String(data.get('from'))), Date.parse(String(data.get('to')))]
    if (Number.isFinite(a) && Number.isFinite(b) && a !== b) onRange(fixedRange(a, b))
  }
  return (
    <form className="custom-range" onSubmit={submit}>
      <label>
        From
        <input type="datetime-local" name="from" step={1} required defaultValue={localText(from)} />
      </label>
      <label>
        To
        <input type="datetime-local" name="to" step={1} required defaultValue={localText(to)} />
      </label>
      <button type="submit" className="button primary">
        Show
      </button>
    </form>
  )
}

/** Local time as the field wants it: 2026-11-21T14:05:00. */
function localText(at: number): string {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000)
  return date.toISOString().slice(0, 19)
}
