/** The name of an operation outside the catalog. */
export function operationId(number: number): string {
  return `op_${number}`
}

/** The number of an operation; nothing for a text that names none. */
export function operationNumber(id: string): number | undefined {
  const digits = /^op_([1-9]\d{0,14})$/.exec(id)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
