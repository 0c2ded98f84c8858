import path from 'node:path'
import { after, before } from 'node:test'
import { clientOf, type Ended, mapkeep, namesIn, release, type Server, startServer, temporaryFolder } from './mapkeep.fixture.ts'

/** A server that all tests of a file share. */
export interface OwnServer {
  /** Known when the tests begin. */
  readonly url: string
  /** Where the tests may write; removed after them. */
  readonly folder: string
  /** The server's data, below the folder. */
  readonly data: string
  /** Runs a command against the server to its end. */
  readonly client: (...args: string[]) => Promise<Ended>
  /** The files of the maps that `uploadMany` uploaded and that are live. */
  readonly live: (version: string) => Promise<string[]>
}

/** Starts a server before the tests of a file, on a new folder, and stops it after them. `prepare`: what it is given first. */
export function ownServer(environment: NodeJS.ProcessEnv = {}, prepare = async (_url: string): Promise<void> => {}): OwnServer {
  const folder = temporaryFolder()
  const data = path.join(folder.path, 'data')
  let server: Server
  before(async () => {
    server = await startServer(data, environment)
    await prepare(server.url)
  })
  after(async () => {
    server.child.kill('SIGTERM')
    await server.ended
    folder.remove()
  })
  const client = (...args: string[]) => mapkeep(args, clientOf(server))
  const live = async (version: string) => namesIn((await client('list', ...release(version))).output)
  return {
    get url() {
      return server.url
    },
    folder: folder.path,
    data,
    client,
    live,
  }
}
