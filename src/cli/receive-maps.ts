import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { withProgress } from './receive-progress.ts'
import { type MapsSummary, summarizeMaps } from './summarize-maps.ts'
import { print, type Terminal, write } from './terminal.ts'

type Send = () => Promise<AsyncIterable<Uint8Array>>

/** Sends a request about maps and reads its answer to the end. With `json` the answer is copied to stdout, once it is whole. */
export function receiveMaps(terminal: Terminal, send: Send, { json }: { json: boolean }): Promise<MapsSummary> {
  if (!json) return withProgress(terminal, async seen => summarizeMaps(await send(), seen))
  return copyWhole(terminal, send)
}

/** By way of a file: an answer may be too long for memory, and half of one must neither be printed nor spoil a second attempt. */
async function copyWhole(terminal: Terminal, send: Send): Promise<MapsSummary> {
  const folder = await fs.promises.mkdtemp(path.join(os.tmpdir(), 'mapkeep-answer-'))
  const file = path.join(folder, 'answer.json')
  try {
    const summary = await withProgress(terminal, async seen => summarizeMaps(kept(await send(), file), seen))
    for await (const bytes of fs.createReadStream(file)) await write(terminal.output, bytes as Uint8Array)
    print(terminal, '')
    return summary
  } finally {
    await fs.promises.rm(folder, { recursive: true, force: true })
  }
}

async function* kept(answer: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  const handle = await fs.promises.open(file, 'wx', 0o600)
  try {
    for await (const bytes of answer) {
      await handle.writeFile(bytes)
      yield bytes
    }
  } finally {
    await handle.close()
  }
}
