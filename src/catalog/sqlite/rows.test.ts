import { describeRows } from '../catalog.contract.ts'
import { openAlone } from './empty-catalog.fixture.ts'

describeRows('SQLite', openAlone)
