// Writes to the bytes of an upload fail in its middle. They are the same calls that bring answers to sockets, so they fail for one file
// only: the client sends a part, the server's temporary file appears, and from then on writes to that file end with the error.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { settles, temporaryFiles } from '../../test/wire/stored-files.mjs'
import { addRelease, audit, createBook, filesOf } from './book.mjs'
import { inject } from './inject.mjs'
import { checkRefusal } from './refusals.mjs'
import { expectOk, works } from './works.mjs'

/** What may fail on that file: its writes, the sync before its rename, the rename itself and the removal of one that was given up. */
export const spoolCells = [
  ...['ENOSPC', 'EIO', 'EDQUOT'].map(error => ({ call: 'write,writev', error })),
  ...['EIO', 'ENOSPC'].map(error => ({ call: 'fsync', error })),
  { call: 'rename', error: 'EIO' },
]

/** One upload that meets the error; gives what was answered. */
export async function runSpool(server, folder, cell) {
  const book = { ...createBook(), purging: false }
  const name = `spool ${cell.call} ${cell.error} ${process.hrtime.bigint()}`
  const release = addRelease(book, name, 'jvm')
  const upload = slowUpload(server, name)
  const file = await temporaryFile(server, name)
  const injection = await inject({ pid: server.nodes[0].pid, folder, calls: cell.call, error: cell.error, when: '1+', only: file })
  const answer = await upload.end()
  const hits = await injection.end()
  assert.ok(hits.length > 0 && hits.every(call => call.path === file), 'writes to the bytes of this upload fail, and no others')
  // The second sync of a file may succeed without the bytes that the first one has lost
  if (cell.call === 'fsync') assert.equal(hits.length, 1, 'a file whose sync failed is not synced again')
  checkRefusal('upload', answer)
  await settles(async () => assert.deepEqual(await temporaryFiles(server), []))
  const again = await works['upload of a large file']({ server, book, name: `${name} again` })
  again.acknowledged(expectOk(await again.ask(server)))
  assert.equal(release.maps.size, 0)
  const found = await audit(server, book)
  return { hits: hits.length, answers: { [answer.status]: 1 }, acknowledged: 0, unanswered: 0, found, inspections: 0 }
}

/** An upload that stops in the middle of its file until it shall end. */
function slowUpload(server, name) {
  const boundary = 'cut-here'
  const event = JSON.stringify({ type: 'jvm_mapping_file', service: name, version: '1', build_id: name })
  const part = (field, type) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="${field}"\r\nContent-Type: ${type}\r\n\r\n`
  // More than the server gathers before it writes
  const bytes = filesOf('jvm', name).jvm_mapping_file.repeat(6)
  const half = bytes.length >> 1
  const request = http.request(`${server.url}/api/v2/srcmap`, {
    method: 'POST',
    headers: { 'DD-API-KEY': server.keys.apiKey, 'content-type': `multipart/form-data; boundary=${boundary}` },
  })
  const answer = new Promise((resolve, reject) => {
    request.on('error', reject).on('response', async response => {
      const chunks = []
      for await (const chunk of response) chunks.push(chunk)
      const text = Buffer.concat(chunks).toString()
      resolve({ status: response.statusCode, headers: new Headers(response.headers), text, json: JSON.parse(text) })
    })
  })
  answer.catch(() => {})
  const eventPart = `${part('event', 'application/json').replace('; filename="event"', '')}${event}\r\n`
  request.write(`${eventPart}${part('jvm_mapping_file', 'text/plain')}${bytes.slice(0, half)}`)
  return {
    end: () => {
      request.end(`${bytes.slice(half)}\r\n--${boundary}--\r\n`)
      return answer
    },
  }
}

/** The one that begins with this upload's bytes: a compression under way has one, too. */
async function temporaryFile(server, name) {
  const folder = path.join(server.data, 'blobs', '.mapkeep-tmp')
  for (;;) {
    const files = readdirSync(folder).map(file => path.join(folder, file))
    const found = files.find(file => readIfThere(file).subarray(0, name.length).equals(Buffer.from(name)))
    if (found) return found
    await sleep(5)
  }
}

function readIfThere(file) {
  try {
    return readFileSync(file)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
    return Buffer.alloc(0)
  }
}
