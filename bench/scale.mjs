// What the command line asks for: the parts to run, and how large everything is. `--scale 0.002` makes all sizes and times so much smaller.
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({ options: { scale: { type: 'string', default: '1' } }, allowPositionals: true })

export const wanted = positionals
export const scale = Number(values.scale)
if (!(scale > 0 && scale < Number.POSITIVE_INFINITY)) throw new Error(`--scale takes a number above 0, not ${values.scale}`)

/** A size, a time or a number of rounds at this scale, as a whole number; never less than makes sense. */
export function scaled(full, atLeast = 1) {
  return Math.max(atLeast, Math.round(full * scale))
}
