import type { TlsPair } from '../../http/tls/tls-pair.ts'
import { readTlsPair, type TlsFiles } from './read-tls-pair.ts'

/** What following needs: the pair in use, and what to do with the next one. */
export interface Following {
  readonly files: TlsFiles
  readonly pair: TlsPair
  /** Throws when the pair cannot be used after all. */
  readonly use: (pair: TlsPair) => void
  readonly log: { info(text: string): void; error(text: string): void }
  /** Milliseconds between two looks at the files. */
  readonly interval: number
}

/**
 * Takes over a renewed certificate without a restart: at SIGHUP, and soon after the files have changed. They are read again rather than
 * watched, since renewals often swap links, and links of folders. A pair that is broken, or half written, leaves the old one in
 * use and is told once, and again at each SIGHUP. The function given back stops it.
 */
export function followTlsFiles({ files, pair, use, log, interval }: Following): () => void {
  let [current, told] = [pair, '']
  const look = async () => {
    try {
      const found = await readTlsPair(files)
      told = ''
      if (found.cert.equals(current.cert) && found.key.equals(current.key)) return
      use(found)
      current = found
      log.info('new connections get the renewed certificate')
    } catch (error) {
      const { message } = error as Error
      if (message !== told) log.error(`the certificate was not renewed, the old one stays in use: ${message}`)
      told = message
    }
  }
  const asked = () => {
    told = ''
    return look()
  }
  const timer = setInterval(look, interval).unref()
  process.on('SIGHUP', asked)
  return () => {
    clearInterval(timer)
    process.off('SIGHUP', asked)
  }
}
