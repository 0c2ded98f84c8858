import { type Command, InvalidArgumentError, Option } from 'commander'
import { Problem } from '../domain/problem.ts'
import { parseUsageGroups, type UsageGroup, usageGroups } from '../domain/usage-groups.ts'
import { openClient } from './client.ts'
import { environmentHelp } from './client-help.ts'
import { sizeText } from './quantities.ts'
import { type Column, tableLines } from './table.ts'
import { bold, print, type Terminal } from './terminal.ts'

/** Adds `mapkeep usage`. */
export function addUsage(program: Command, terminal: Terminal): void {
  program
    .command('usage')
    .description('show what maps take, as uploaded and on disk, the group that stores most first')
    .addOption(
      new Option('--by <groups>', `by what to group, with commas between: ${usageGroups.join(', ')}`)
        .default(['service'], 'service')
        .argParser(groups),
    )
    .option('--json', "print the server's answer: {data: [usage…], meta: {totals}}")
    .addHelpText('after', environmentHelp)
    .action(({ by, json }: { by: readonly UsageGroup[]; json?: true }) => showUsage(terminal, { by, json: json === true }))
}

/** What the server says of one group, or of all together. Sizes are bytes. */
interface Sums {
  readonly maps: number
  readonly size: number
  readonly stored_size: number
  readonly deleted_maps: number
  readonly waiting_size: number
  readonly growth_per_day: number
}

type Group = { readonly [name in Exclude<UsageGroup, 'uploader'>]?: string } & {
  readonly uploader?: { readonly id: string; readonly name: string }
}

interface UsageAnswer {
  readonly data: readonly { readonly attributes: Group & Sums }[]
  readonly meta: { readonly totals: Sums }
}

/** A line of the table. */
interface Line {
  readonly titles: readonly string[]
  readonly sums: Sums
}

async function showUsage(terminal: Terminal, { by, json }: { by: readonly UsageGroup[]; json: boolean }): Promise<void> {
  const chunks: Uint8Array[] = []
  const call = { method: 'GET', path: 'api/mapkeep/v1/usage', query: [['by', by.join(',')]] } as const
  for await (const chunk of await openClient(terminal.environment)(call)) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  if (json) return print(terminal, text)
  const { data, meta } = JSON.parse(text) as UsageAnswer
  if (data.length === 0) return print(terminal, 'Nothing is stored.')
  const lines = data.map(({ attributes }) => ({ titles: by.map(name => groupText(attributes, name)), sums: attributes }))
  const [titles = '', ...rest] = tableLines(columns(by), [...lines, { titles: ['total'], sums: meta.totals }])
  print(terminal, bold(terminal, titles))
  for (const line of rest.slice(0, -1)) print(terminal, line)
  print(terminal, bold(terminal, rest.at(-1) ?? ''))
}

function columns(by: readonly UsageGroup[]): Column<Line>[] {
  const bytes = (title: string, name: keyof Sums) =>
    ({ title, cell: ({ sums }: Line) => sizeText(sums[name]), align: 'right' }) satisfies Column<Line>
  return [
    ...by.map((name, at) => ({ title: name === 'mapkind' ? 'KIND' : name.toUpperCase(), cell: ({ titles }: Line) => titles[at] ?? '' })),
    { title: 'MAPS', cell: ({ sums }) => String(sums.maps), align: 'right' },
    bytes('UPLOADED', 'size'),
    bytes('STORED', 'stored_size'),
    { title: 'DELETED', cell: ({ sums }) => String(sums.deleted_maps), align: 'right' },
    bytes('WAITING', 'waiting_size'),
    bytes('A DAY', 'growth_per_day'),
  ]
}

/** A dash stands for maps that do not have the attribute. */
function groupText({ uploader, ...group }: Group, name: UsageGroup): string {
  if (name !== 'uploader') return group[name] ?? '-'
  return uploader ? `${uploader.id}${uploader.name === uploader.id ? '' : ` (${uploader.name})`}` : '-'
}

function groups(text: string): readonly UsageGroup[] {
  try {
    return parseUsageGroups(text)
  } catch (error) {
    if (error instanceof Problem) throw new InvalidArgumentError(`Allowed are ${usageGroups.join(', ')}, each once.`)
    throw error
  }
}
