import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { type SettingName, setting } from '../../config/settings.ts'
import type { TlsPair } from '../../http/tls/tls-pair.ts'

/** The files of a certificate and its key. */
export interface TlsFiles {
  readonly cert: string
  readonly key: string
}

/** Reads both files and checks that they belong together; what is wrong is an error of one line that names the setting, and holds nothing of a file. */
export async function readTlsPair(files: TlsFiles): Promise<TlsPair> {
  const cert = await read('tlsCert', files.cert)
  const key = await read('tlsKey', files.key)
  const certificate = attempt(() => new X509Certificate(cert), {
    name: 'tlsCert',
    file: files.cert,
    wrong: () => 'holds no certificate as PEM',
  })
  const privateKey = attempt(() => createPrivateKey(key), { name: 'tlsKey', file: files.key, wrong: () => wrongKey(key) })
  if (!certificate.checkPrivateKey(privateKey)) throw fault('tlsKey', files.key, `is not the key of the certificate ${files.cert}`)
  const usable = () => createSecureContext({ cert, key })
  attempt(usable, {
    name: 'tlsCert',
    file: files.cert,
    wrong: ({ code }) => `and its key cannot be used for TLS (${code ?? 'unknown reason'})`,
  })
  return { cert, key }
}

type Wrong = (error: NodeJS.ErrnoException) => string

const unreadable: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'not permitted',
  EPERM: 'not permitted',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of this path is no folder',
}

async function read(name: SettingName, file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    throw fault(name, file, `cannot be read: ${unreadable[code] ?? code}`)
  }
}

/** Both forms of PEM say in clear when a key has a passphrase. */
function wrongKey(key: Buffer): string {
  return key.includes('ENCRYPTED') ? 'is encrypted; allowed is a key without a passphrase' : 'holds no private key as PEM'
}

/** What the libraries say of a key may quote it, so only their code is looked at. */
function attempt<T>(work: () => T, { name, file, wrong }: { name: SettingName; file: string; wrong: Wrong }): T {
  try {
    return work()
  } catch (error) {
    throw fault(name, file, wrong(error as NodeJS.ErrnoException))
  }
}

function fault(name: SettingName, file: string, what: string): Error {
  return new Error(`${setting(name).variable}: ${file} ${what}`)
}
