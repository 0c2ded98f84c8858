import { describeThreads } from '../catalog.contract.ts'
import { openThreads } from './empty-catalog.fixture.ts'

describeThreads('SQLite and its threads', openThreads)
