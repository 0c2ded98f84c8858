import { randomUUID } from 'node:crypto'

const folder = 'temporary/'
const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** A new path for an object that has no name yet. */
export function newTemporary(): string {
  return temporaryPath(randomUUID())
}

/** The path of the temporary object of this name; empty: what the paths of all begin with. */
export function temporaryPath(name = ''): string {
  return `${folder}${name}`
}

/** The name of the temporary object at this path; nothing when this program cannot have put it there. */
export function temporaryName(path: string): string | undefined {
  const name = path.startsWith(folder) ? path.slice(folder.length) : ''
  return form.test(name) ? name : undefined
}
