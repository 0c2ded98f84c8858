import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import { finished } from 'node:stream/promises'
import { type Command, Option } from 'commander'
import { kind, kindNames } from '../domain/kinds.ts'
import { downloadPath } from '../domain/source-map.ts'
import { openClient } from './client.ts'
import { environmentHelp, positive } from './client-help.ts'
import { Failure } from './failure.ts'
import { mapsPath } from './list.ts'
import { outlineLines } from './outline.ts'
import { readJson } from './read-json.ts'
import { print, type Terminal, write } from './terminal.ts'

/** Adds `mapkeep get`. */
export function addGet(program: Command, terminal: Terminal): void {
  program
    .command('get')
    .description('show one map, live or deleted, or download one of its files')
    .argument('<id>', 'id of the map', positive)
    .option('--part <name>', `file to download as it was uploaded: ${[...new Set(kindNames.flatMap(name => kind(name).parts))].join(', ')}`)
    .addOption(new Option('--output <file>', 'where to write the file; - is stdout').default('-'))
    .option('--json', "print the server's answer")
    .addHelpText('after', environmentHelp)
    .action((id: number, { part, output, json }: { part?: string; output: string; json?: true }) =>
      part ? getFile(terminal, id, { part, target: output }) : getMap(terminal, id, { json: json === true }),
    )
}

/** Shows all that is known of one map, live or deleted. */
export async function getMap(terminal: Terminal, id: number, { json }: { json: boolean }): Promise<void> {
  const answer = await openClient(terminal.environment)({ method: 'GET', path: `${mapsPath}/${id}` })
  const { content, text } = await readJson<{ data: unknown }>(answer)
  if (json) return print(terminal, text)
  for (const line of outlineLines(content.data)) print(terminal, line)
}

/** Downloads one file of a map as it was uploaded, to a file or, as `-`, to stdout. */
export async function getFile(terminal: Terminal, id: number, { part, target }: { part: string; target: string }): Promise<void> {
  if (target === '-' && terminal.output.isTTY)
    throw new Failure('usage', 'bytes are not written to a terminal; give --output FILE, or send stdout elsewhere')
  const bytes = await openClient(terminal.environment)({ method: 'GET', path: downloadPath(id, encodeURIComponent(part)) })
  if (target !== '-') return save(bytes, target)
  for await (const chunk of bytes) await write(terminal.output, chunk)
}

/** Writes beside the target and renames, so that half a download never looks like a whole one. */
async function save(bytes: AsyncIterable<Uint8Array>, target: string): Promise<void> {
  const unfinished = `${target}.${randomUUID()}.part`
  try {
    const file = fs.createWriteStream(unfinished, { flags: 'wx' })
    const end = finished(file)
    end.catch(() => {})
    for await (const chunk of bytes) await Promise.race([write(file, chunk), end])
    file.end()
    await end
    await fs.promises.rename(unfinished, target)
  } catch (error) {
    await fs.promises.rm(unfinished, { force: true })
    if (error instanceof Failure) throw error
    throw new Failure('refused', `could not write ${target}: ${(error as Error).message}`)
  }
}
