import { describePassages } from '../catalog.contract.ts'
import { openEmpty } from './empty-catalog.fixture.ts'

describePassages('SQLite', openEmpty)
