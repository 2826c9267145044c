// The name that was probably meant: the smallest edit distance (Levenshtein with swaps), if it is small enough.

/** Undefined when nothing is near: more than a third of the letters would have to change. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const lower = word.toLowerCase()
  const scored = names.map((name) => ({ name, distance: distance(lower, name.toLowerCase()) }))
  const best = scored.reduce((a, b) => (b.distance < a.distance ? b : a), {
    name: '',
    distance: Number.POSITIVE_INFINITY,
  })
  if (best.distance <= Math.max(1, Math.floor(word.length / 3))) return best.name
  return word.length >= 3 ? names.find((name) => name.toLowerCase().startsWith(lower)) : undefined
}

function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, i) => i)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    const above = rows[i - 1]!
    for (let j = 1; j <= b.length; j++) {
      const swap =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
          ? rows[i - 2]![j - 2]! + 1
          : Number.POSITIVE_INFINITY
      row.push(Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1), swap))
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
