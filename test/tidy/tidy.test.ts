// Holds the project to the rules of the house, and every rule to a planted violation that it must find.

import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import { membersOf, registryOf, staleFamilies } from '../../scripts/registry.ts'
import { type Project, parseFile, readProject } from './project.ts'
import { rules } from './rules.ts'

const project = readProject()

for (const [name, rule] of Object.entries(rules)) {
  test(`the house keeps: ${name}`, () => deepEqual(rule(project), []))
}

test('the registries are fresh', () => deepEqual(staleFamilies(), []))

test('a registry without one of its members is stale', () => {
  const members = membersOf('generators')
  equal(registryOf('generators', members) === registryOf('generators', members.slice(1)), false)
})

/** A project of one planted file beside the real ones that it may point to. */
const planted = (path: string, text: string): Project => {
  const file = parseFile(path, text)
  const files = [...project.files.filter((other) => other.path !== path), file]
  return { files, paths: new Set([...project.paths, path]) }
}

const violations: readonly (readonly [rule: string, path: string, text: string, message: RegExp])[] = [
  [
    'importsPointDown',
    'src/core/planted.ts',
    "// x\nimport '#platform/operation.ts'\n",
    /planted\.ts:2 imports #platform/,
  ],
  [
    'importsPointDown',
    'src/core/planted.ts',
    "// x\nexport type { A } from '#stores/series/store.ts'\n",
    /not below core/,
  ],
  [
    'importsPointDown',
    'src/maths/planted.ts',
    "// x\nexport const a = () => import('#app/config.ts')\n",
    /not below maths/,
  ],
  ['importsPointDown', 'src/core/planted.ts', "// x\ntype A = import('../api/rest/server.ts').B\n", /not below core/],
  [
    'importsPointDown',
    'src/generators/planted.ts',
    "// x\nexport const w = new URL('../platform/a.ts', import.meta.url)\n",
    /not below/,
  ],
  [
    'importsPointDown',
    'src/generators/planted.ts',
    "// x\nimport '#validators/validator.ts'\n",
    /not below generators/,
  ],
  ['importsPointDown', 'src/misc/planted.ts', '// x\n', /no room 'misc'/],
  ['membersAreStrangers', 'src/formats/csv/planted.ts', "// x\nimport '../ndjson/index.ts'\n", /a sibling/],
  [
    'membersAreStrangers',
    'src/stores/catalogue/sqlite/planted.ts',
    "// x\nimport '#stores/series/sqlite/index.ts'\n",
    /a sibling/,
  ],
  ['membersAreStrangers', 'src/formats/planted.ts', "// x\nimport './csv/index.ts'\n", /a sibling/],
  ['noCircles', 'src/core/errors.ts', "// x\nimport './series.ts'\n", /circle of imports/],
  ['pureRoomsArePure', 'src/core/planted.ts', "// x\nimport 'node:fs'\n", /core is pure/],
  ['pureRoomsArePure', 'src/maths/planted.ts', "// x\nimport 'zod'\n", /maths is pure/],
  ['noGlobalDiceOrClock', 'src/platform/planted.ts', '// x\nexport const a = Math.random()\n', /uses Math\.random/],
  ['noGlobalDiceOrClock', 'src/app/planted.ts', '// x\nexport const a = Math.random()\n', /uses Math\.random/],
  ['noGlobalDiceOrClock', 'src/api/planted.ts', '// x\nexport const now = Date.now\n', /uses Date\.now/],
  ['noGlobalDiceOrClock', 'src/api/planted.ts', '// x\nexport const now = new Date()\n', /uses new Date\(\)/],
  ['filesAreShortAndSayWhatTheyAre', 'src/core/planted.ts', `// x\n${'\n'.repeat(400)}`, /400 is the ceiling/],
  ['filesAreShortAndSayWhatTheyAre', 'src/core/planted.ts', 'export const a = 1\n', /does not begin with/],
  ['membersAreComplete', 'src/generators/planted/index.ts', '// x\nexport default 1\n', /README\.md is missing/],
  ['membersAreComplete', 'src/generators/planted/index.ts', '// x\nexport default 1\n', /no test that calls/],
  ['nobodyHushesTheTools', 'src/core/planted.ts', '// x\n// @ts-ignore\nexport const a = 1\n', /@ts-ignore/],
  ['nobodyHushesTheTools', 'src/core/planted.test.ts', "// x\ntest('a', { skip: true }, () => {})\n", /skip: true/],
  ['nobodyHushesTheTools', 'src/core/planted.test.ts', "// x\ntest.only('a', () => {})\n", /test\.only/],
  ['dashboardStandsAlone', 'dashboard/src/planted.ts', "// x\nimport '../../src/platform/operation.ts'\n", /core only/],
]

for (const [name, path, text, message] of violations) {
  test(`${name} finds what is planted in ${path}: ${text.split('\n')[1]?.slice(0, 60)}`, () => {
    match(rules[name]!(planted(path, text)).join('\n'), message)
  })
}

test('familiesHaveTemplateAndContract finds a family without them', () => {
  const paths = new Set([...project.paths].filter((path) => !path.startsWith('src/formats/')))
  match(
    rules['familiesHaveTemplateAndContract']!({ ...project, paths }).join('\n'),
    /src\/formats\/contract\.ts is missing/,
  )
})

test('what the rules allow stays allowed', () => {
  for (const [path, text] of [
    ['src/platform/planted.ts', "// x\nimport '#stores/series/store.ts'\nimport 'zod'\nimport 'node:fs'\n"],
    ['src/app/planted.ts', '// x\nexport const now = () => Date.now()\n'],
    ['src/core/planted.ts', '// x\nexport const at = (ms: number) => new Date(ms)\n'],
  ] as const) {
    const others = new Set(Object.entries(rules).flatMap(([, rule]) => rule(project)))
    const found = Object.values(rules).flatMap((rule) => rule(planted(path, text)))
    deepEqual(
      found.filter((line) => !others.has(line)),
      [],
    )
  }
})
