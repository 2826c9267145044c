// Written by scripts/registry.ts from the folder names. Do not edit: add a folder and run `npm run registry`.

export const catalogues = {
  postgres: () => import('./postgres/index.ts').then((m) => m.default),
  sqlite: () => import('./sqlite/index.ts').then((m) => m.default),
}
