/** How the program ends, beside 0 for done. */
export const exitCodes = { refused: 1, usage: 2, unreachable: 3 } as const

/** An end of a command that its user has to know of: lines for stderr and the exit code. */
export class Failure extends Error {
  readonly exitCode: number
  readonly lines: readonly string[]

  constructor(reason: keyof typeof exitCodes, lines: string | readonly string[]) {
    const list = typeof lines === 'string' ? [lines] : lines
    super(list.join('\n'))
    this.name = 'Failure'
    this.exitCode = exitCodes[reason]
    this.lines = list
  }
}
