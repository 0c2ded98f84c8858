import type { Settings } from './setting.ts'
import { type DatabasePlace, placeText } from './store-urls.ts'

/** What kept a server or a command from opening what the settings name, as an error of one line that says what to do. */
export function openFault(error: unknown, settings: Settings): Error {
  const { code, syscall, path = settings.data, message } = error as NodeJS.ErrnoException
  const place = `${settings.host}, port ${settings.port} (MAPKEEP_HOST, MAPKEEP_PORT)`
  const lines: Readonly<Record<string, string>> = {
    EADDRINUSE: `cannot listen on ${place}: another program uses it`,
    EADDRNOTAVAIL: `cannot listen on ${place}: this machine does not have that address`,
    ENOTFOUND: `cannot listen on ${place}: no such host`,
    EACCES:
      syscall === 'listen'
        ? `cannot listen on ${place}: not permitted`
        : `cannot use ${path}: not permitted to this user; is it the server's? (MAPKEEP_DATA)`,
    EPERM: `cannot write ${path}: not permitted (MAPKEEP_DATA)`,
    EROFS: `cannot write ${path}: it is read-only (MAPKEEP_DATA)`,
    ENOTDIR: `cannot use ${path}: a part of this path is no folder (MAPKEEP_DATA)`,
    EEXIST: `cannot use ${path}: it is no folder (MAPKEEP_DATA)`,
    ENOSPC: `cannot write ${path}: the disk is full`,
    EDQUOT: `cannot write ${path}: the disk quota is used up`,
  }
  const known = (code && lines[code]) || databaseLine(String(message), code, settings.database)
  return known ? new Error(known, { cause: error }) : error instanceof Error ? error : new Error(String(error))
}

function databaseLine(message: string, code: string | undefined, place: DatabasePlace): string | undefined {
  if (place.engine === 'sqlite') return sqliteLine(message, place.file)
  // Classes of SQLSTATE: who may come in, and what there is
  return code && /^(28|3D|42)/.test(code) ? `cannot open the catalog ${placeText(place)}: ${message} (MAPKEEP_DATABASE_URL)` : undefined
}

function sqliteLine(message: string, file: string): string | undefined {
  if (/unable to open database/i.test(message))
    return `cannot open the catalog ${file}: not permitted, or no such folder (MAPKEEP_DATABASE_URL)`
  if (/readonly database/i.test(message)) return `cannot write the catalog ${file}: it is read-only (MAPKEEP_DATABASE_URL)`
  if (/not a database/i.test(message)) return `cannot open the catalog ${file}: it is no SQLite database (MAPKEEP_DATABASE_URL)`
  if (/malformed/i.test(message)) return `cannot open the catalog ${file}: it is damaged`
  if (/disk is full/i.test(message)) return `cannot write the catalog ${file}: the disk is full`
  return /database is locked/i.test(message) ? `cannot open the catalog ${file}: another program keeps it locked` : undefined
}
