import { printable } from './table.ts'

/** Data as indented lines of names and values, for people. */
export function outlineLines(value: unknown, indent = ''): string[] {
  if (Array.isArray(value)) return value.flatMap(each => markFirst(outlineLines(each, `${indent}  `), indent))
  if (typeof value !== 'object' || value === null) return [`${indent}${printable(String(value ?? ''))}`]
  const entries = Object.entries(value).filter(([, each]) => each !== undefined && each !== null)
  const width = Math.max(0, ...entries.filter(([, each]) => typeof each !== 'object').map(([name]) => name.length))
  return entries.flatMap(([name, each]) =>
    typeof each === 'object'
      ? [`${indent}${name}`, ...outlineLines(each, `${indent}  `)]
      : [`${indent}${name.padEnd(width)}  ${printable(String(each))}`],
  )
}

/** Puts a dash before the first line of a list's member. */
function markFirst(lines: readonly string[], indent: string): string[] {
  return lines.map((line, at) => (at === 0 ? `${indent}- ${line.slice(indent.length + 2)}` : line))
}
