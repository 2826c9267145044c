// What was measured of a twin: how much holds, and what is furthest off, one line per channel; the whole list on demand.

import { useState } from 'react'
import type { Finding } from '../api.ts'
import { formatChannel } from '../format.ts'

const words: Record<Finding['verdict'], string> = { pass: 'holds', warn: 'weak', fail: 'fails', info: 'note' }
const shownAtFirst = 3

export function Findings({ findings }: { findings: readonly Finding[] }) {
  const [all, setAll] = useState(false)
  const single = findings.filter((finding) => !finding.name.startsWith('fidelity'))
  const worst = worstOf(single)
  const count = (verdict: Finding['verdict']) => single.filter((finding) => finding.verdict === verdict).length
  const listed = all ? byWeight(single) : worst.slice(0, shownAtFirst)
  if (single.length === 0) return null
  return (
    <div className="findings">
      <p className="tally">
        {(['pass', 'warn', 'fail'] as const).map((verdict) =>
          count(verdict) === 0 ? null : (
            <span key={verdict} data-verdict={verdict}>
              <b>{count(verdict)}</b> {verdict === 'pass' ? 'hold' : verdict === 'fail' ? 'fail' : 'weak'}
            </span>
          ),
        )}
      </p>
      <ul data-all={all || undefined}>
        {listed.map((finding) => (
          <li key={finding.name} data-verdict={finding.verdict} title={finding.name}>
            <div>
              <b>{subjectOf(finding)}</b>
              <span>
                {measureOf(finding)} {finding.value.toPrecision(2)}
                {finding.threshold !== undefined && <small> / {finding.threshold}</small>}
              </span>
              <em>{words[finding.verdict]}</em>
            </div>
            {!all && <p>{finding.why}</p>}
          </li>
        ))}
      </ul>
      {single.length > listed.length || all ? (
        <button type="button" className="link" onClick={() => setAll(!all)}>
          {all ? 'Only the weakest' : `All ${single.length} measurements`}
        </button>
      ) : null}
    </div>
  )
}

/** How far over its threshold, for sorting: 1 is just on it. */
const weight = (finding: Finding): number => (finding.threshold ? Math.abs(finding.value) / finding.threshold : 0)
const rank: Record<Finding['verdict'], number> = { fail: 0, warn: 1, pass: 2, info: 3 }
const byWeight = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort((a, b) => rank[a.verdict] - rank[b.verdict] || weight(b) - weight(a))

/** What does not hold, at most one finding per subject. */
function worstOf(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>()
  return byWeight(findings.filter(({ verdict }) => verdict === 'warn' || verdict === 'fail')).filter((finding) => {
    const subject = subjectOf(finding)
    if (seen.has(subject)) return false
    seen.add(subject)
    return true
  })
}

/** 'acf.cpu_percent' is about CPU; 'correlation.a.b' about both. */
const subjectOf = (finding: Finding): string =>
  finding.name.split('.').slice(1).map(formatChannel).join(' with ') || measureOf(finding)
const measureOf = (finding: Finding): string => finding.name.split('.')[0]!
