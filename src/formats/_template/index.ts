// Copy this folder to src/formats/<name>, run `npm run registry`, and say here what the format is and where it is
// specified. The work is to give rows of cells, in groups; `assemble` finds times and channels as for every format.

import { InputError } from '#core/errors.ts'
import { assemble } from '../assemble.ts'
import { openText, type TextFile } from '../files.ts'
import { defineFormat } from '../format.ts'
import type { Row } from '../understand.ts'

const sampleRows = 1000

export default defineFormat({
  name: 'template',
  summary: 'Cells separated by bars without any quoting; the first line names the columns',
  extensions: ['bars'],
  mediaTypes: ['text/x-bars'],
  async read(path, options) {
    const file = await openText(path, options.signal)
    const [columns, ...sample] = file.head
      .split('\n')
      .slice(0, sampleRows + 1)
      .filter((line) => line !== '')
      .map((line) => line.split('|'))
    if (!columns) throw new InputError(`${path} is empty: there is no row in it`)
    return assemble(
      { path, layout: 'bars', columns, named: true, sample, rows: rowsOf(file), fraction: file.fraction },
      options,
    )
  },
})

/** One group per piece of the file, so that memory does not grow with it. */
async function* rowsOf(file: TextFile): AsyncGenerator<Row[]> {
  let rest = ''
  let line = 0
  for await (const part of file.text()) {
    const lines = (rest + part).split('\n')
    rest = lines.pop()!
    const rows: Row[] = lines.map((text) => ({ cells: text.split('|'), line: ++line }))
    yield line === rows.length ? rows.slice(1) : rows
  }
  if (rest !== '') yield [{ cells: rest.split('|'), line: line + 1 }]
}
