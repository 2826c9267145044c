import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paintOf } from './cli/io.ts'
import { nearest } from './cli/nearest.ts'
import { number, relative, tableOf } from './cli/table.ts'
import { loadConfig, maskedValue } from './config.ts'

test('later sources win, an empty variable counts as not set, and types are read from text', () => {
  const { config, origins } = loadConfig({
    flags: { port: '99' },
    environment: { MILLRACE_PORT: '98', MILLRACE_DATA: '', MILLRACE_MEASURE_HOST: 'false', MILLRACE_DEMO: '7' },
    folder: '/nowhere',
  })
  assert.deepEqual([config.port, config.data, config.measureHost, config.demo], [99, './millrace-data', false, 7])
  assert.deepEqual([origins.port, origins.data, origins.measureHost], ['--port', 'default', 'MILLRACE_MEASURE_HOST'])
})

test('every wrong value is named with its source', () => {
  const load = () =>
    loadConfig({
      flags: { port: '-1' },
      environment: { MILLRACE_LOG: 'xml', DATABASE_URL: 'mysql://x' },
      folder: '/nowhere',
    })
  assert.throws(load, (error: Error) => {
    assert.match(error.message, /--port: port is "-1"/)
    assert.match(error.message, /MILLRACE_LOG: log is "xml"/)
    assert.match(error.message, /DATABASE_URL: database is .*postgres:\/\//)
    return error.name === 'InputError'
  })
})

test('passwords of URLs are masked, whatever else they hold', () => {
  assert.equal(maskedValue('postgres://me:s%40cret@h:1/d?x=1'), 'postgres://me:***@h:1/d?x=1')
  assert.equal(maskedValue('postgres://me@h/d'), 'postgres://me@h/d')
  assert.equal(maskedValue(8080), 8080)
})

test('the nearest name is told, and none when nothing is near', () => {
  assert.equal(nearest('prot', ['port', 'host']), 'port')
  assert.equal(nearest('exprot', ['import', 'export']), 'export')
  assert.equal(nearest('zebra', ['import', 'export']), undefined)
})

test('tables align, numbers stand to the right, channels keep their names', () => {
  const rows = [
    { device: 'a', HUFL: 1.25, lastSeenAt: 1_000 },
    { device: 'longer', HUFL: 100, lastSeenAt: 61_000 },
  ]
  assert.equal(
    tableOf(rows, { now: 61_000, paint: paintOf(false) }),
    'device  HUFL  last seen\na       1.25  1 min ago\nlonger   100  now\n',
  )
  assert.equal(relative(120_000, 0), 'in 2 min')
  assert.deepEqual([0.1 + 0.2, 1e-7, 1795240800000, -0.00012].map(number), [
    '0.3',
    '1.000e-7',
    '1795240800000',
    '-0.00012',
  ])
})
