// Commits uploads one after another and says so after each, until it is killed. Arguments: the catalog's file, a name for the run.
import { jsUpload, put } from '../contract/sample-uploads.fixture.ts'
import { openSqliteCatalog } from './open-sqlite-catalog.ts'

const [file = '', run = ''] = process.argv.slice(2)
const catalog = await openSqliteCatalog(file)
await catalog.bootstrap({ name: 'default', uuid: 'uuid', at: 1 }, [])

async function keepWriting(writer: number): Promise<never> {
  for (let number = 0; ; number++) {
    const name = `${run} ${writer} ${number}`
    const id = await put(catalog, jsUpload(name))
    process.stdout.write(`${id} ${name}\n`)
  }
}

await Promise.all([1, 2, 3, 4].map(keepWriting))
