import { testValidator } from '../contract.ts'
import statistical from './index.ts'

testValidator(statistical)
