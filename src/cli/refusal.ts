import { conflictLines } from './conflict-lines.ts'
import { Failure } from './failure.ts'
import { flagOf, withFlagNames } from './selection-flags.ts'
import { printable } from './table.ts'

/** One reason of a refusal as the server gives it. */
export interface ErrorObject {
  readonly title?: string
  readonly detail?: string
  readonly source?: { readonly parameter?: string; readonly pointer?: string; readonly header?: string }
  readonly meta?: Readonly<Record<string, unknown>>
}

/** A server said no, or that it could not. */
export class Refusal extends Failure {
  /** Of HTTP. */
  readonly status: number

  constructor(status: number, lines: readonly string[]) {
    super('refused', lines)
    this.name = 'Refusal'
    this.status = status
  }
}

/** Most characters of an error's body that are looked at. */
const longest = 1_000_000

/** The refusal of a server, one line per reason, in the words of the flags. */
export async function refusal(response: Response): Promise<Refusal> {
  const reasons = reasonsIn(await readText(response))
  const status = `the server answered ${response.status} ${response.statusText}`.trimEnd()
  return new Refusal(response.status, reasons.length > 0 ? reasons.map(printable) : [status])
}

async function readText(response: Response): Promise<string> {
  try {
    return (await response.text()).slice(0, longest)
  } catch {
    return ''
  }
}

function reasonsIn(text: string): string[] {
  try {
    const { errors } = JSON.parse(text) as { errors?: readonly (string | ErrorObject)[] }
    return (errors ?? []).flatMap(error => (typeof error === 'string' ? [error] : (conflictLines(error) ?? [reason(error)])))
  } catch {
    // A proxy's page, for instance
    return []
  }
}

function reason({ title = 'refused', detail, source }: ErrorObject): string {
  const text = withFlagNames(detail ?? title)
  const flag = source?.parameter && flagOf(source.parameter)
  return flag && !text.includes(flag) ? `${flag}: ${text}` : text
}
