import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { certificateFolder } from '../../http/tls/certificates.fixture.ts'
import type { TlsFiles } from './read-tls-pair.ts'

/** Files of a certificate that a test may change, in a folder of their own. */
export interface ChangeableFiles extends TlsFiles {
  readonly folder: string
  /** Puts the test certificate of this name and the key of that one in place. */
  put(cert: string, key?: string): void
  remove(): void
}

/** Files that begin with the test certificate `server`. */
export function changeableFiles(): ChangeableFiles {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mapkeep-tls-'))
  const [cert, key] = [path.join(folder, 'tls.pem'), path.join(folder, 'tls.key')]
  const put = (certName: string, keyName = certName) => {
    fs.copyFileSync(path.join(certificateFolder, `${certName}.pem`), cert)
    fs.copyFileSync(path.join(certificateFolder, `${keyName}.key`), key)
  }
  put('server')
  return { folder, cert, key, put, remove: () => fs.rmSync(folder, { recursive: true, force: true }) }
}
