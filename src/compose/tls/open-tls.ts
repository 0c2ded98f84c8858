import type { Settings } from '../../config/setting.ts'
import { renewPair, type TlsPair } from '../../http/tls/tls-pair.ts'
import { followTlsFiles } from './follow-tls-files.ts'
import { readTlsPair } from './read-tls-pair.ts'

/** Milliseconds between two looks at the files of the certificate. */
const interval = 60_000

/** A server whose certificate can be renewed. */
type Served = Parameters<typeof renewPair>[0]

/** The certificate that the settings name. */
export interface Tls {
  readonly pair: TlsPair
  /** Gives renewed certificates to a server, until the function given back is called. */
  readonly follow: (server: Served) => () => void
}

/** Reads the certificate that the settings name; nothing when they name none. What cannot be used is an error of one line. */
export async function openTls({ tlsCert, tlsKey }: Settings): Promise<Tls | undefined> {
  if (tlsCert === undefined || tlsKey === undefined) return undefined
  const files = { cert: tlsCert, key: tlsKey }
  const pair = await readTlsPair(files)
  const follow = (server: Served) => followTlsFiles({ files, pair, use: next => renewPair(server, next), log: server.log, interval })
  return { pair, follow }
}
