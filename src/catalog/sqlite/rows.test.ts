import { describeRows } from '../catalog.contract.ts'
import { openEmpty } from './empty-catalog.fixture.ts'

describeRows('SQLite', openEmpty)
