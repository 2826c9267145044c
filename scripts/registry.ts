// Writes <family>/registry.ts from the folder names, so that adding a member touches one folder.
// `npm run registry` writes; `--check` only says what is stale and exits 1.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Folder of each family below src/, and the name of the map that its registry exports. */
export const families = {
  generators: 'generators',
  validators: 'validators',
  formats: 'formats',
  'stores/series': 'seriesStores',
  'stores/catalogue': 'catalogues',
} as const

export type Family = keyof typeof families

/** Folders of a family's members, sorted. `_template` is for copying and joins no registry. */
export const membersOf = (family: Family, root = '.'): string[] =>
  readdirSync(join(root, 'src', family), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('_'))
    .map((entry) => entry.name)
    .sort()

/** The text that the family's registry should have. */
export function registryOf(family: Family, members: readonly string[]): string {
  const lines = members.map(
    (name) =>
      `  ${/^[a-z]\w*$/.test(name) ? name : `'${name}'`}: () => import('./${name}/index.ts').then((m) => m.default),`,
  )
  return [
    '// Written by scripts/registry.ts from the folder names. Do not edit: add a folder and run `npm run registry`.',
    '',
    `export const ${families[family]} = {`,
    ...lines,
    '}',
    '',
  ].join('\n')
}

/** Families whose registry is missing or differs from the folders. */
export const staleFamilies = (root = '.'): Family[] =>
  (Object.keys(families) as Family[]).filter((family) => {
    const path = join(root, 'src', family, 'registry.ts')
    return !existsSync(path) || readFileSync(path, 'utf8') !== registryOf(family, membersOf(family, root))
  })

if (import.meta.main) {
  const stale = staleFamilies()
  if (process.argv.includes('--check')) {
    for (const family of stale) console.error(`src/${family}/registry.ts is stale: run \`npm run registry\``)
    process.exitCode = stale.length > 0 ? 1 : 0
  } else {
    for (const family of stale) {
      writeFileSync(join('src', family, 'registry.ts'), registryOf(family, membersOf(family)))
      console.log(`wrote src/${family}/registry.ts`)
    }
  }
}
