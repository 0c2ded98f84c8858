import { once } from 'node:events'
import readline from 'node:readline/promises'

/** What a command sees of the world around it. */
export interface Terminal {
  readonly environment: NodeJS.ProcessEnv
  readonly input: NodeJS.ReadStream
  readonly output: NodeJS.WriteStream
  readonly errors: NodeJS.WriteStream
  /** Milliseconds since 1970. */
  readonly clock: () => number
}

/** Where a command writes its lines. */
export type Stream = 'output' | 'errors'

/** Writes one line. */
export function print(terminal: Terminal, line: string, stream: Stream = 'output'): void {
  terminal[stream].write(`${line}\n`)
}

/** Writes the lines of a table, its titles in bold. */
export function printTable(terminal: Terminal, [titles = '', ...lines]: readonly string[], stream: Stream = 'output'): void {
  print(terminal, bold(terminal, titles, stream), stream)
  for (const line of lines) print(terminal, line, stream)
}

/** Writes a chunk and waits while the reader is behind. */
export async function write(stream: NodeJS.WritableStream, chunk: string | Uint8Array): Promise<void> {
  if (!stream.write(chunk)) await once(stream, 'drain')
}

/** Whether somebody can be asked. */
export function canAsk({ input, errors }: Terminal): boolean {
  return Boolean(input.isTTY && errors.isTTY)
}

/** Asks on stderr, so that stdout stays clean; only y or yes is a yes. */
export async function ask({ input, errors }: Terminal, question: string): Promise<boolean> {
  const line = readline.createInterface({ input, output: errors })
  // Ctrl-C and Ctrl-D are a no
  const closed = once(line, 'close').then(() => '')
  const answer = await Promise.race([line.question(`${question} [y/N] `), closed])
  line.close()
  return /^y(es)?$/i.test(answer.trim())
}

/** Text in bold where the stream shows it: on a terminal, unless `NO_COLOR` is set. */
export function bold(terminal: Terminal, text: string, stream: Stream = 'output'): string {
  return isStyled(terminal, stream) ? `\x1b[1m${text}\x1b[22m` : text
}

const colours = { red: 31, yellow: 33 } as const

/** Text in a colour where the stream shows it, like {@link bold}. */
export function coloured(
  terminal: Terminal,
  { text, colour, stream }: { text: string; colour: keyof typeof colours; stream: Stream },
): string {
  return isStyled(terminal, stream) ? `\x1b[${colours[colour]}m${text}\x1b[39m` : text
}

function isStyled({ environment, ...streams }: Terminal, stream: Stream): boolean {
  return Boolean(streams[stream].isTTY && !environment.NO_COLOR && environment.TERM !== 'dumb')
}
