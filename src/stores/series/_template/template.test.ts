import type { Device } from '#core/device.ts'
import type { Tenant } from '#core/tenant.ts'
import openCatalogue from '#stores/catalogue/_template/index.ts'
import { type OpenedSeriesStore, testSeriesStore } from '../contract.ts'
import openStore from './index.ts'

testSeriesStore('template', async () => {
  const devices = new Map<Tenant, Map<string, Device>>()
  // What is in memory lives as long as this object, so to open it again is to go on with it.
  const opened: OpenedSeriesStore = {
    store: await openStore({ devices }),
    catalogue: await openCatalogue({ devices }),
    reopen: async () => opened,
    async [Symbol.asyncDispose]() {},
  }
  return opened
})
