const hexDigits = /^[0-9a-f]+$/i
const dashedUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether case means nothing in this value: it is hex digits or a dashed UUID. `wire:` wire-api decision 6. */
export function isCaseless(value: string): boolean {
  return hexDigits.test(value) || dashedUuid.test(value)
}

/** The one spelling under which ids are compared: lower case where case means nothing, as given elsewhere. */
export function foldCase(value: string): string {
  return isCaseless(value) ? value.toLowerCase() : value
}

/** Whether a value is a dashed UUID. */
export function isUuid(value: string): boolean {
  return dashedUuid.test(value)
}
