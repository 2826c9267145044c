import { writeFile } from 'node:fs/promises'
import { formatContract } from '../contract.ts'
import template from './index.ts'

const cell = (value: number | string | Date | null) =>
  value instanceof Date ? value.toISOString() : String(value ?? '')

formatContract(template, {
  make: (path, columns) => {
    const lists = Object.values(columns)
    const rows = lists[0]!.map((_, i) => lists.map((list) => cell(list[i]!)).join('|'))
    return writeFile(path, `${[Object.keys(columns).join('|'), ...rows].join('\n')}\n`)
  },
})
