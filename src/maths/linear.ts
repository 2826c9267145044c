// Small dense linear algebra: Cholesky, ordinary and box-constrained least squares, eigenvalues of symmetric matrices.
// Matrices are row-major Float64Array of n * n. Sizes are tens, so clarity comes before cache blocking.
// Sources: Golub and Van Loan, Matrix Computations, 4.2 and 8.5; Franc, Hlavac and Navara 2005 (sequential
// coordinate-wise non-negative least squares).

/** Lower triangle L with L L' = matrix, or undefined when the matrix is not positive definite. */
export function cholesky(matrix: Float64Array, n: number): Float64Array | undefined {
  const lower = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!
      for (let k = 0; k < j; k++) sum -= lower[i * n + k]! * lower[j * n + k]!
      if (i === j) {
        if (!(sum > 0)) return undefined
        lower[i * n + i] = Math.sqrt(sum)
      } else {
        lower[i * n + j] = sum / lower[j * n + j]!
      }
    }
  }
  return lower
}

/** Solves L L' x = b. */
export function choleskySolve(lower: Float64Array, n: number, b: Float64Array): Float64Array {
  const x = b.slice()
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] = x[i]! - lower[i * n + k]! * x[k]!
    x[i] = x[i]! / lower[i * n + i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] = x[i]! - lower[k * n + i]! * x[k]!
    x[i] = x[i]! / lower[i * n + i]!
  }
  return x
}

/**
 * Coefficients that minimise |columns * x - y|^2 over the rows where y is a number. A ridge of 1e-10 of the diagonal
 * keeps columns that repeat each other solvable. columns (p) of rows (n).
 */
export function leastSquares(columns: readonly Float64Array[], y: Float64Array): Float64Array {
  const p = columns.length
  const gram = new Float64Array(p * p)
  const right = new Float64Array(p)
  for (let a = 0; a < p; a++) {
    const left = columns[a]!
    for (let b = 0; b <= a; b++) {
      const other = columns[b]!
      let sum = 0
      for (let i = 0; i < y.length; i++) if (!Number.isNaN(y[i]!)) sum += left[i]! * other[i]!
      gram[a * p + b] = sum
      gram[b * p + a] = sum
    }
    let sum = 0
    for (let i = 0; i < y.length; i++) if (!Number.isNaN(y[i]!)) sum += left[i]! * y[i]!
    right[a] = sum
  }
  for (let a = 0; a < p; a++) gram[a * p + a] = gram[a * p + a]! * (1 + 1e-10) + 1e-12
  const lower = cholesky(gram, p)
  return lower ? choleskySolve(lower, p, right) : new Float64Array(p)
}

/** Minimises |columns * x - y|^2 with lower <= x <= upper, by coordinate descent; weights (rows) default to 1. */
export function boxLeastSquares(
  columns: readonly Float64Array[],
  y: Float64Array,
  bounds: { readonly lower: number; readonly upper: number },
  weights?: Float64Array,
): Float64Array {
  const p = columns.length
  const x = new Float64Array(p)
  const rest = y.slice()
  const squares = columns.map((column) =>
    column.reduce((sum, value, i) => sum + value * value * (weights?.[i] ?? 1), 0),
  )
  for (let sweep = 0; sweep < 2000; sweep++) {
    let moved = 0
    for (let a = 0; a < p; a++) {
      if (!(squares[a]! > 0)) continue
      const column = columns[a]!
      let slope = 0
      for (let i = 0; i < rest.length; i++) slope += column[i]! * rest[i]! * (weights?.[i] ?? 1)
      const wanted = Math.min(bounds.upper, Math.max(bounds.lower, x[a]! + slope / squares[a]!))
      const change = wanted - x[a]!
      if (change === 0) continue
      for (let i = 0; i < rest.length; i++) rest[i] = rest[i]! - change * column[i]!
      x[a] = wanted
      moved = Math.max(moved, Math.abs(change))
    }
    if (moved < 1e-9) break
  }
  return x
}

/** Eigenvalues and (as columns) eigenvectors of a symmetric matrix, by Jacobi rotations. */
export function symmetricEigen(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice()
  const v = new Float64Array(n * n)
  for (let i = 0; i < n; i++) v[i * n + i] = 1
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) off += a[i * n + j]! ** 2
    if (off < 1e-22) break
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q)
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), vectors: v }
}

function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q]!
  if (Math.abs(apq) < 1e-300) return
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq)
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  for (let k = 0; k < n; k++) {
    const akp = a[k * n + p]!
    const akq = a[k * n + q]!
    a[k * n + p] = c * akp - s * akq
    a[k * n + q] = s * akp + c * akq
  }
  for (let k = 0; k < n; k++) {
    const apk = a[p * n + k]!
    const aqk = a[q * n + k]!
    a[p * n + k] = c * apk - s * aqk
    a[q * n + k] = s * apk + c * aqk
  }
  for (let k = 0; k < n; k++) {
    const vkp = v[k * n + p]!
    const vkq = v[k * n + q]!
    v[k * n + p] = c * vkp - s * vkq
    v[k * n + q] = s * vkp + c * vkq
  }
}

/** The matrix S with S S' = nearest positive semidefinite matrix (negative eigenvalues set to 0): S = V sqrt(D) V'. */
export function semidefiniteRoot(matrix: Float64Array, n: number): Float64Array {
  const { values, vectors } = symmetricEigen(matrix, n)
  const root = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0
      for (let k = 0; k < n; k++) {
        sum += vectors[i * n + k]! * vectors[j * n + k]! * Math.sqrt(Math.max(0, values[k]!))
      }
      root[i * n + j] = sum
    }
  }
  return root
}
