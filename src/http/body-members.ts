import type { Reason } from '../domain/problem.ts'

/** A reason that names the place in the body that caused it, as a JSON pointer. */
export function pointerReason(pointer: string, detail: string): Reason {
  return { detail, source: { pointer } }
}

/** A JSON object of a body; nothing, and a reason, for anything else. */
export function bodyObject(value: unknown, pointer: string, reasons: Reason[]): Readonly<Record<string, unknown>> | undefined {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  reasons.push(pointerReason(pointer, `${place(pointer)} must be an object`))
  return undefined
}

/** Reasons for the members of an object of a body that nobody would read: something was meant by them. */
export function unknownMembers(value: object, known: readonly string[], pointer: string): readonly Reason[] {
  const others = Object.keys(value).filter(name => !known.includes(name))
  return others.map(name =>
    pointerReason(
      `${pointer}/${escapeName(name.slice(0, 100))}`,
      `unknown member ${JSON.stringify(name.slice(0, 100))}; ${place(pointer)} takes ${known.join(', ')}`,
    ),
  )
}

/** A text of a body that is not blank and at most `longest` characters; nothing, and a reason, for anything else. */
export function bodyText(
  value: unknown,
  { pointer, longest }: { pointer: string; longest: number },
  reasons: Reason[],
): string | undefined {
  const fits = typeof value === 'string' && value.trim() !== '' && value.length <= longest && isText(value)
  if (fits) return value
  reasons.push(pointerReason(pointer, `${place(pointer)} must be a string that is not empty, of at most ${longest} characters`))
  return undefined
}

/** What is no Unicode, or ends a text in C, would match nothing that was ever uploaded. */
function isText(value: string): boolean {
  return !value.includes('\0') && !/\p{Surrogate}/u.test(value)
}

function place(pointer: string): string {
  return pointer.split('/').at(-1) || 'the body'
}

/** As RFC 6901 has it. */
function escapeName(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
