// What runs inside the database threads for this store: `append` and `maintain` where it is written, the rest where it
// is read.

export { append } from './append.ts'
export { buckets } from './buckets.ts'
export { extent, frame, latest, readings } from './reads.ts'
export { maintain } from './rollup.ts'
