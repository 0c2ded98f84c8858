/** A value as the indexes over columns in lower case have it: they know the letters of ASCII alone. */
export function lowered(value: string): string {
  return value.replace(/[A-Z]+/g, letters => letters.toLowerCase())
}
