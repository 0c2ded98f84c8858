import { Failure } from './failure.ts'
import { flagOf, withFlagNames } from './selection-flags.ts'
import { printable } from './table.ts'

interface ErrorObject {
  readonly title?: string
  readonly detail?: string
  readonly source?: { readonly parameter?: string }
}

/** Most characters of an error's body that are looked at. */
const longest = 1_000_000

/** The refusal of a server as a {@link Failure}, one line per reason, in the words of the flags. */
export async function refusal(response: Response): Promise<Failure> {
  const reasons = reasonsIn(await readText(response))
  const status = `the server answered ${response.status} ${response.statusText}`.trimEnd()
  return new Failure('refused', reasons.length > 0 ? reasons.map(printable) : status)
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
    return (errors ?? []).map(reason)
  } catch {
    // A proxy's page, for instance
    return []
  }
}

function reason(error: string | ErrorObject): string {
  if (typeof error === 'string') return error
  const { title = 'refused', detail, source } = error
  const text = withFlagNames(detail ?? title)
  const flag = source?.parameter && flagOf(source.parameter)
  return flag && !text.includes(flag) ? `${flag}: ${text}` : text
}
