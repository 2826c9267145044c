// Copy this folder to src/formats/<name>, run `npm run registry`, and say here what the format is and where it is
// specified. The work is to give rows of cells; `assemble` finds times and channels as for every other format.

import { assemble } from '../assemble.ts'
import { openText } from '../files.ts'
import { defineFormat } from '../format.ts'
import type { Row } from '../understand.ts'

export default defineFormat({
  name: 'template',
  summary: 'Words separated by spaces, the first line names the columns',
  extensions: ['words'],
  mediaTypes: ['text/x-words'],
  async read(path, options) {
    const { head } = await openText(path, options.signal)
    const [columns = [], ...lines] = head
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
    const rows: Row[] = lines.map((cells, i) => ({ cells, line: i + 2 }))
    return assemble(
      { path, layout: 'words', columns, named: true, sample: lines.slice(0, 1000), rows: once(rows) },
      options,
    )
  },
})

async function* once(rows: Row[]) {
  yield rows
}
