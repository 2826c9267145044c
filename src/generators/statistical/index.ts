// The statistical generator: presets by type of sensor, spelled-out signals, and models fitted to real frames.

import { InputError } from '#core/errors.ts'
import { defineGenerator } from '../generator.ts'
import { readDocument } from './document.ts'
import { fit } from './fit.ts'
import { modelOf } from './model.ts'
import { paramsSchema, presetNames } from './params.ts'
import { presetDocument } from './preset-document.ts'

export default defineGenerator({
  name: 'statistical',
  summary: 'Trend, seasons, noise with memory, correlated channels and labelled anomalies; seekable and fast.',
  params: paramsSchema,
  presets: presetNames,
  capabilities: { preset: true, fit: true, seekable: true, multivariate: true, anomalies: true },
  preset: (params) => modelOf(presetDocument(params)),
  async fit(frame, params, options) {
    return modelOf(await fit(frame, params, options))
  },
  load(document) {
    if (typeof document !== 'object' || document === null) throw new InputError('a model is a JSON object')
    return modelOf(readDocument(document))
  },
})
