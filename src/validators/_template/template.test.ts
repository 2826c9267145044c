import { testValidator } from '../contract.ts'
import template from './index.ts'

testValidator(template)
