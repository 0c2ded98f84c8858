import { createHash } from 'node:crypto'

/** So many statements are kept ready by each connection; a text that comes later is planned each time. */
const most = 300

/** A statement whose text is longer has its values counted in it and hardly comes again. */
const longest = 8192

/** Names for statements that a connection should prepare once: planning them takes longer than running them. */
export type StatementNames = (text: string) => string | undefined

/** The names of one connection, which forgets none: the server keeps what has been prepared as long as the connection lasts. */
export function statementNames(): StatementNames {
  const names = new Map<string, string>()
  return text => {
    const known = names.get(text)
    if (known || names.size >= most || text.length > longest || !/^(?:select|insert|update|delete|with)\b/i.test(text)) return known
    const name = `mapkeep_${createHash('sha256').update(text).digest('base64url').slice(0, 32)}`
    names.set(text, name)
    return name
  }
}
