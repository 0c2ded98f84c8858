import { describePassages } from '../catalog.contract.ts'
import { openAlone } from './empty-catalog.fixture.ts'

describePassages('SQLite', openAlone)
