import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { TlsPair } from './tls-pair.ts'

/** The folder of the certificates that all tests use. */
export const certificateFolder = path.resolve('test/fixtures/tls')

const read = (name: string): Buffer => readFileSync(path.join(certificateFolder, name))

/** The authority that signed the others. */
export const authority = read('ca.pem')

/** A certificate for localhost, 127.0.0.1, ::1 and two names below mapkeep.test. */
export const serverPair: TlsPair = { cert: read('server.pem'), key: read('server.key') }

/** Another one for the same names, as after a renewal. */
export const renewedPair: TlsPair = { cert: read('renewed.pem'), key: read('renewed.key') }
