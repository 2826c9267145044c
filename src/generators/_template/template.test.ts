import { testGenerator } from '../contract.ts'
import template from './index.ts'

testGenerator(template)
