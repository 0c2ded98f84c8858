const lineFeed = 0x0a
const carriageReturn = 0x0d
const lineSeparator = 0x2028
const paragraphSeparator = 0x2029

/**
 * Characters per line of a JavaScript file given as UTF-8 pieces. A character is a UTF-16 code unit, because that is what the
 * columns of a source map and of a stack trace count. A line ends where ECMAScript says (LF, CR, CR LF, U+2028, U+2029), and
 * every end begins another line, as engines number them; a byte order mark is no character.
 */
export function lineLengths(pieces: Iterable<Uint8Array>): number[] {
  const lengths: number[] = []
  const decoder = new TextDecoder()
  let length = 0
  let previous = 0
  const count = (text: string) => {
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      if (!endsLine(unit)) length++
      else if (unit !== lineFeed || previous !== carriageReturn) {
        lengths.push(length)
        length = 0
      }
      previous = unit
    }
  }
  for (const piece of pieces) count(decoder.decode(piece, { stream: true }))
  count(decoder.decode())
  lengths.push(length)
  return lengths
}

function endsLine(unit: number): boolean {
  return unit === lineFeed || unit === carriageReturn || unit === lineSeparator || unit === paragraphSeparator
}
