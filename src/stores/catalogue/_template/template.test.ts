import { type OpenedCatalogue, testCatalogue } from '../contract.ts'
import openCatalogue from './index.ts'

testCatalogue('template', async () => {
  // What is in memory lives as long as this object, so to open it again is to go on with it.
  const opened: OpenedCatalogue = {
    catalogue: await openCatalogue({ devices: new Map() }),
    reopen: async () => opened,
    async [Symbol.asyncDispose]() {},
  }
  return opened
})
