// Written by scripts/registry.ts from the folder names. Do not edit: add a folder and run `npm run registry`.

export const formats = {
  csv: () => import('./csv/index.ts').then((m) => m.default),
  ndjson: () => import('./ndjson/index.ts').then((m) => m.default),
  parquet: () => import('./parquet/index.ts').then((m) => m.default),
}
