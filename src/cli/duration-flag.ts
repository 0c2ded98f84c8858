import { InvalidArgumentError } from 'commander'
import { durationSyntax, parseDuration } from '../config/duration.ts'

/** Milliseconds of a flag's duration; anything else is wrong usage. */
export function duration(text: string): number {
  try {
    return parseDuration(text)
  } catch {
    throw new InvalidArgumentError(`Allowed is ${durationSyntax}.`)
  }
}
