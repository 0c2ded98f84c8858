import { permissionNames } from '../domain/permissions.ts'
import { print, type Terminal } from './terminal.ts'

/** What serving needs to know of a server that was started. */
export interface StartedServer {
  readonly url: string
  /** Keys that were made for an empty store; those the user chose are left out. */
  readonly firstKeys: { readonly apiKey: string | undefined; readonly applicationKey: string | undefined } | undefined
  readonly stop: () => Promise<void>
}

/** Starts a server, says where it is, and stops it at the first SIGTERM or SIGINT; the second one ends the process at once. */
export async function serve(terminal: Terminal, version: string, start: () => Promise<StartedServer>): Promise<void> {
  const signal = stopSignal()
  const { url, firstKeys, stop } = await start()
  print(terminal, `mapkeep ${version} listening on ${url}`)
  if (firstKeys?.apiKey) print(terminal, `api key          ${firstKeys.apiKey}   (shown once)`)
  if (firstKeys?.applicationKey)
    print(terminal, `application key  ${firstKeys.applicationKey}   (shown once; ${permissionNames.join(' ')})`)
  await signal
  await stop()
}

function stopSignal(): Promise<void> {
  let asked = false
  return new Promise(resolve => {
    const onSignal = (name: NodeJS.Signals) => {
      // The codes a shell gives to a process that a signal ended
      if (asked) process.exit(name === 'SIGINT' ? 130 : 143)
      asked = true
      resolve()
    }
    process.on('SIGTERM', onSignal).on('SIGINT', onSignal)
  })
}
