// The house rules that a machine can check. Each rule looks at the whole project and gives one line per broken place.

import { type Family, families } from '../../scripts/registry.ts'
import type { Project, SourceFile } from './project.ts'

/** A room may import itself and the rooms listed. The table is the plan of ARCHITECTURE.md, top to bottom. */
const below: Record<string, readonly string[]> = {
  app: ['api', 'platform', 'generators', 'validators', 'formats', 'stores', 'databases', 'maths', 'core'],
  api: ['platform', 'generators', 'validators', 'formats', 'stores', 'maths', 'core'],
  platform: ['generators', 'validators', 'formats', 'stores', 'maths', 'core'],
  generators: ['maths', 'core'],
  validators: ['maths', 'core'],
  formats: ['maths', 'core'],
  stores: ['databases', 'maths', 'core'],
  databases: ['core'],
  maths: ['core'],
  core: [],
}

const pureRooms = new Set(['core', 'maths'])
const isTest = (path: string) =>
  path.endsWith('.test.ts') || /(^|\/)contract\.ts$/.test(path) || path.startsWith('test/')
const roomOf = (path: string) => (path.startsWith('src/') ? path.split('/')[1]! : undefined)
const sourcesOf = (project: Project) => project.files.filter((file) => file.path.startsWith('src/'))

/** 'src/stores/series/sqlite/x.ts' is ['stores/series', 'sqlite']; undefined outside members' folders. */
function memberOf(path: string): readonly [Family, string] | undefined {
  for (const family of Object.keys(families) as Family[]) {
    const rest = path.startsWith(`src/${family}/`) ? path.slice(family.length + 5) : ''
    if (rest.includes('/')) return [family, rest.split('/')[0]!]
  }
  return undefined
}

export type Rule = (project: Project) => string[]

export const importsPointDown: Rule = (project) =>
  sourcesOf(project).flatMap((file) => {
    const room = roomOf(file.path)!
    const allowed = below[room]
    if (!allowed) return [`${file.path}: there is no room '${room}' in the plan`]
    return file.imports
      .filter(({ target }) => target !== undefined)
      .filter(({ target }) => {
        const to = roomOf(target!)
        // A test may read scripts and fixtures of test/, never a room above its own.
        if (to === undefined) return !isTest(file.path)
        // And a test of what works with stores opens a real database for them, as `app` does.
        if (to === 'databases' && isTest(file.path) && allowed.includes('stores')) return false
        return to !== room && !allowed.includes(to)
      })
      .map(({ specifier, line }) => `${file.path}:${line} imports ${specifier}, which is not below ${room}`)
  })

export const membersAreStrangers: Rule = (project) =>
  sourcesOf(project).flatMap((file) => {
    const own = memberOf(file.path)?.join('/')
    // A family's registry names its members, and a test may bring two adapters together.
    if (file.path.endsWith('/registry.ts') || isTest(file.path)) return []
    return file.imports
      .filter(({ target }) => {
        const other = target === undefined ? undefined : memberOf(target)?.join('/')
        const sameFloor =
          own !== undefined || Object.keys(families).some((family) => file.path.startsWith(`src/${family}/`))
        return sameFloor && other !== undefined && other !== own
      })
      .map(
        ({ specifier, line }) =>
          `${file.path}:${line} imports ${specifier}, a sibling: what both need moves down a floor`,
      )
  })

export const noCircles: Rule = (project) => {
  const edges = new Map(
    sourcesOf(project).map((file) => [file.path, file.imports.flatMap(({ target }) => target ?? [])]),
  )
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path)
    if (at >= 0) return void found.push(`a circle of imports: ${[...trail.slice(at), path].join(' -> ')}`)
    if (done.has(path)) return
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) visit(path, [])
  return found
}

export const pureRoomsArePure: Rule = (project) =>
  sourcesOf(project)
    .filter((file) => pureRooms.has(roomOf(file.path)!) && !isTest(file.path))
    .flatMap((file) =>
      file.imports
        .filter(({ target }) => target === undefined)
        .map(
          ({ specifier, line }) =>
            `${file.path}:${line} imports ${specifier}: ${roomOf(file.path)} is pure and runs anywhere`,
        ),
    )

export const noGlobalDiceOrClock: Rule = (project) =>
  project.files
    .filter((file) => /^(src|dashboard)\//.test(file.path))
    .flatMap((file) =>
      file.uses
        .filter(
          ({ what }) =>
            what === 'Math.random' ||
            (roomOf(file.path) !== 'app' && roomOf(file.path) !== undefined && !isTest(file.path)),
        )
        .map(({ what, line }) => `${file.path}:${line} uses ${what}: take an Rng or a Clock`),
    )

export const filesAreShortAndSayWhatTheyAre: Rule = (project) =>
  project.files.flatMap((file) => {
    if (/\.gen\.ts$/.test(file.path)) return []
    const lines = file.text.split('\n').length
    const long = lines > 400 ? [`${file.path} has ${lines} lines; 400 is the ceiling`] : []
    const body = file.text.replace(/^#!.*\n/, '')
    const bare =
      body.startsWith('// ') || file.path.endsWith('.test.ts')
        ? []
        : [`${file.path} does not begin with a line that says what it is`]
    return [...long, ...bare]
  })

export const membersAreComplete: Rule = (project) => {
  const members = new Set([...project.paths].flatMap((path) => memberOf(path)?.join('/') ?? []))
  return [...members].flatMap((member) => {
    const folder = `src/${member}`
    const wanted = [`${folder}/index.ts`, `${folder}/README.md`]
    const missing = wanted.filter((path) => !project.paths.has(path)).map((path) => `${path} is missing`)
    const tests = project.files.filter((file) => file.path.startsWith(`${folder}/`) && file.path.endsWith('.test.ts'))
    const family = member.slice(0, member.lastIndexOf('/'))
    const held = tests.some((file) => file.imports.some(({ target }) => target === `src/${family}/contract.ts`))
    return held ? missing : [...missing, `${folder} has no test that calls src/${family}/contract.ts`]
  })
}

export const familiesHaveTemplateAndContract: Rule = (project) =>
  (Object.keys(families) as Family[]).flatMap((family) =>
    [`src/${family}/contract.ts`, `src/${family}/_template/index.ts`]
      .filter((path) => !project.paths.has(path))
      .map((path) => `${path} is missing`),
  )

export const nobodyHushesTheTools: Rule = (project) =>
  project.files
    .filter((file) => !file.path.startsWith('test/tidy/'))
    .flatMap((file) =>
      file.text.split('\n').flatMap((line, index) => {
        const hush = /@ts-(ignore|nocheck)|@ts-expect-error(?! \S)|biome-ignore\b(?!.*: \S)/.exec(line)
        const skip = /\b(test|describe|it)\.(skip|only|todo)\(|\b(skip|only|todo): true\b/.exec(line)
        return [hush, skip].flatMap((match) =>
          match ? [`${file.path}:${index + 1} has '${match[0]}' without a reason`] : [],
        )
      }),
    )

export const dashboardStandsAlone: Rule = (project) =>
  project.files
    .filter((file) => file.path.startsWith('dashboard/src/'))
    .flatMap((file: SourceFile) =>
      file.imports
        .filter(({ target }) => target?.startsWith('src/') && !/^src\/core\//.test(target))
        .map(({ specifier, line }) => `${file.path}:${line} imports ${specifier}: the dashboard may share core only`),
    )

export const rules: Readonly<Record<string, Rule>> = {
  importsPointDown,
  membersAreStrangers,
  noCircles,
  pureRoomsArePure,
  noGlobalDiceOrClock,
  filesAreShortAndSayWhatTheyAre,
  membersAreComplete,
  familiesHaveTemplateAndContract,
  nobodyHushesTheTools,
  dashboardStandsAlone,
}
