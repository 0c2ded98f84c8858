import fs from 'node:fs'
import path from 'node:path'

const root = path.dirname(import.meta.dirname)
const folder = path.join(root, 'docs', 'proof')

/** The order of the page; a record that is not there leaves out its part. */
const order = [
  'kill',
  'kill-again',
  'kill-power',
  'kill-cluster',
  'faults',
  'histories',
  'hostile',
  'tenants',
  'load',
  'growth-sqlite',
  'growth-postgres',
  'peers',
]

/** `docs/proof.md`: what `docs/proof/about.md` says, and every record that an instrument has kept. */
export function proofPage() {
  const names = recordNames()
  return `${[readText('about.md'), ...names.map(name => part(readRecord(name))), readText('unproven.md')].join('\n\n')}\n`
}

/** A text of the records' folder, with its links as they are from the folder above. */
function readText(file) {
  return fs.readFileSync(path.join(folder, file), 'utf8').trimEnd().replaceAll('](../', '](')
}

function recordNames() {
  const there = fs.readdirSync(folder).flatMap(file => (file.endsWith('.json') ? [file.slice(0, -'.json'.length)] : []))
  const unknown = there.filter(name => !order.includes(name)).sort()
  return [...order.filter(name => there.includes(name)), ...unknown]
}

const readRecord = name => JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`), 'utf8'))

function part({ title, command, machine, measured, commit, tables, plots, notes }) {
  return [
    `## ${title}`,
    `\`\`\`sh\n${command}\n\`\`\``,
    `Measured on ${measured} at ${commit}: ${machine}.`,
    ...tables.map(table),
    ...plots.map(({ file, caption }) => `![${caption}](proof/${file})`),
    ...(notes.length > 0 ? [notes.map(note => `* ${note}`).join('\n')] : []),
  ].join('\n\n')
}

function table({ caption, columns, rows }) {
  const line = cells => `| ${cells.map(cell => String(cell).replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`
  return [...(caption ? [`${caption}:\n`] : []), line(columns), line(columns.map(() => '---')), ...rows.map(line)].join('\n')
}
