// Written by routes.write.ts from the operations. Do not edit.

export const routes = {
  overview: { method: 'GET', path: '/overview', result: 'document' },
  'telemetry.send': { method: 'POST', path: '/telemetry', result: 'document', body: 'events' },
  'ingest.stats': { method: 'GET', path: '/ingest/stats', result: 'document' },
  'devices.list': { method: 'GET', path: '/devices', result: 'document' },
  'devices.get': { method: 'GET', path: '/devices/{device}', result: 'document' },
  'devices.put': { method: 'PUT', path: '/devices/{device}', result: 'document' },
  'query.readings': { method: 'GET', path: '/query/readings', result: 'rows' },
  'query.latest': { method: 'GET', path: '/query/latest', result: 'rows' },
  'query.aggregate': { method: 'GET', path: '/query/aggregate', result: 'rows' },
  'query.chart': { method: 'GET', path: '/query/chart', result: 'document' },
  'live.watch': { method: 'GET', path: '/live', result: 'events' },
  'keys.list': { method: 'GET', path: '/keys', result: 'document' },
  'keys.create': { method: 'POST', path: '/keys', result: 'document' },
  'keys.delete': { method: 'DELETE', path: '/keys/{prefix}', result: 'document' },
  'tenants.list': { method: 'GET', path: '/tenants', result: 'document' },
  'tenants.create': { method: 'POST', path: '/tenants', result: 'document' },
  'settings.get': { method: 'GET', path: '/settings', result: 'document' },
  'settings.put': { method: 'PUT', path: '/settings', result: 'document' },
} as const
