// Written by scripts/registry.ts from the folder names. Do not edit: add a folder and run `npm run registry`.

export const validators = {
  statistical: () => import('./statistical/index.ts').then((m) => m.default),
}
