import { type RawBuilder, sql } from 'kysely'

/** A value as the indexes over columns in lower case have it: they know the letters of ASCII alone. */
export function lowered(value: string): RawBuilder<string> {
  return sql<string>`${value.replace(/[A-Z]+/g, letters => letters.toLowerCase())}`
}
