import { testGenerator } from '../contract.ts'
import statistical from './index.ts'

testGenerator(statistical)
