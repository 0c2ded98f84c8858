import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { clientOf, mapkeep } from './mapkeep.fixture.ts'
import { needsTerminal, onTerminal } from './terminal.fixture.ts'

test('a long preview says on a terminal how far it is, in a line of its own that goes away, and nowhere else', needsTerminal, async () => {
  const item = { id: '1', type: 'sourcemaps', attributes: { mapkind: 'ios', size: 3, created_at: '2026-01-01T00:00:00.000Z' } }
  const meta = { dry_run: true, plan: { id: 'pln_1', expires_at: '2026-01-01T01:00:00.000Z' } }
  const slow = http
    .createServer(async (_, response) => {
      await sleep(700)
      response.write(`{"data":[${Array(1200).fill(JSON.stringify(item)).join(',')}`)
      // Long enough for a machine that has other things to do, too
      await sleep(4000)
      response.end(`],"meta":${JSON.stringify(meta)}}`)
    })
    .listen(0, '127.0.0.1')
  await once(slow, 'listening')
  const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`
  const args = ['delete', '--kind', 'ios', '--id', '1', '--dry-run']
  const shown = await onTerminal({ url }, { args, answer: '', environment: { TERM: 'xterm' } })
  const elsewhere = await mapkeep(args, clientOf({ url }))
  slow.close()
  assert.ok(shown.includes('\r\x1b[Kwaiting for the server (0 s)'), shown)
  assert.match(shown, /1,200 maps received \(\d s\)/)
  assert.match(shown.replaceAll('\r\x1b[K', '<erased>'), /received \(\d s\)<erased>(?!.*<erased>).*ID +KIND +SIZE/)
  assert.equal(elsewhere.errors, '')
  assert.match(elsewhere.output, /this was a preview of 1200 maps/)
})
