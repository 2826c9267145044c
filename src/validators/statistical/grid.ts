// Readings on a regular step, so that a lag means the same time in both frames. Only memory is measured here: a cell
// keeps one reading, so distributions are measured on the readings themselves.

/** Cells per reading at most: a device that was silent for a year must not cost a year of cells. */
const most = 4

/**
 * One cell per step from the first time to the last; NaN where nothing was measured. Of several readings in a cell the
 * one nearest to its instant counts. Where the silences would take more than 4 cells per reading, the longest of them
 * are cut to one length that fits; every reading keeps its cell. `times` in ms, increasing; `step_ms` above 0.
 */
export function gridded(times: Float64Array, values: Float64Array, step_ms: number): Float64Array {
  const start = times[0]!
  const cells = times.map((at) => Math.round((at - start) / step_ms))
  const longest = longestSilence(cells)
  const rows = new Float64Array(times.length)
  for (let i = 1; i < rows.length; i++) rows[i] = rows[i - 1]! + Math.min(longest, cells[i]! - cells[i - 1]!)
  const length = (rows.at(-1) ?? -1) + 1
  const grid = new Float64Array(length).fill(Number.NaN)
  const distance = new Float64Array(length).fill(Number.POSITIVE_INFINITY)
  for (const [i, row] of rows.entries()) {
    const off = Math.abs(times[i]! - start - cells[i]! * step_ms)
    if (Number.isNaN(values[i]!) || off >= distance[row]!) continue
    grid[row] = values[i]!
    distance[row] = off
  }
  return grid
}

/** The most cells from one reading to the next with which all of them fit; no limit where they fit as they are. */
function longestSilence(cells: Float64Array): number {
  const budget = most * cells.length
  if ((cells.at(-1) ?? 0) < budget) return Number.POSITIVE_INFINITY
  const fits = (limit: number) => {
    let sum = 1
    for (let i = 1; i < cells.length; i++) sum += Math.min(limit, cells[i]! - cells[i - 1]!)
    return sum <= budget
  }
  let limit = most
  while (fits(2 * limit)) limit *= 2
  return limit
}
