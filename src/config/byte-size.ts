import { InvalidValue } from './invalid-value.ts'

const powers: Readonly<Record<string, number>> = { '': 0, K: 1, M: 2, G: 3, T: 4 }

/** How sizes are written, for people. */
export const sizeSyntax = 'a whole number and one of B, KB, MB, GB, TB (1 KB is 1024 bytes), such as 500MB'

/** Bytes of a size such as `500MB`; units are powers of 1024, so that a limit never refuses what its name allows. Throws {@link InvalidValue}. */
export function parseSize(text: string): number {
  const [, digits, letter] = /^(\d{1,15})([KMGT]?)i?B$/.exec(text) ?? []
  const bytes = Number(digits) * 1024 ** (powers[letter ?? ''] ?? 0)
  if (!Number.isSafeInteger(bytes)) throw new InvalidValue()
  return bytes
}
