// The thread in which one model is fitted. It answers with one `fitted` or one `failed`, and ends.

import { parentPort, workerData } from 'node:worker_threads'
import { InputError, messageOf } from '#core/errors.ts'
import type { Generator } from '#generators/generator.ts'
import { generators } from '#generators/registry.ts'
import { validators } from '#validators/registry.ts'
import type { Validator } from '#validators/validator.ts'
import { type FitRequest, fitFrame } from './fit.ts'

type Loader<T> = Record<string, () => Promise<T>>

const request = workerData as FitRequest
try {
  const generator = await (generators as unknown as Loader<Generator>)[request.generator]!()
  const validator = await (validators as unknown as Loader<Validator>)['statistical']!()
  let told = -1
  const progress = (fraction: number, step: string) => {
    if (fraction < told + 0.01 && fraction < 1) return
    told = fraction
    parentPort!.postMessage({ progress: [fraction, step] })
  }
  parentPort!.postMessage({ fitted: await fitFrame(request, generator, validator, { progress }) })
} catch (error) {
  const input = error instanceof InputError
  parentPort!.postMessage({
    failed: { input, message: messageOf(error), issues: input ? error.issues : [], stack: (error as Error).stack },
  })
}
