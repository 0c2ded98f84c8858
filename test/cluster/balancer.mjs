import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePorts } from '../../dist/blobs/s3/free-ports.fixture.js'
import { endProcess } from '../wire/node-process.mjs'

const config = path.join(import.meta.dirname, '..', '..', 'deploy', 'haproxy.cfg')

/** Why HAProxy cannot be started here; nothing when it can. */
export function balancerMissing() {
  return spawnSync('haproxy', ['-v']).error && 'the Debian package haproxy is not installed'
}

/**
 * Starts HAProxy before three nodes, with deploy/haproxy.cfg in which nothing but addresses is replaced. `tls`, certificate and key as
 * files, if the port is to speak TLS. `folder` is for its own files.
 */
export async function startBalancer({ folder, nodes, tls, port }) {
  const [chosen] = port ? [port] : await freePorts(1)
  const [file, self] = ['haproxy.cfg', 'self'].map(name => path.join(folder, name))
  // Of one that was killed
  await fs.rm(self, { force: true })
  await fs.writeFile(file, await configuration({ folder, self, nodes, tls, port: chosen }))
  const child = spawn('haproxy', ['-db', '-f', file], { stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (log = (log + text).slice(-4000)))
  const url = `${tls ? 'https' : 'http'}://127.0.0.1:${chosen}`
  while (!(await isReady(self))) {
    if (child.exitCode !== null) throw new Error(`HAProxy ended with ${child.exitCode}: ${log}`)
    await sleep(20)
  }
  return { url, child, end: signal => endProcess(child, signal) }
}

async function configuration({ folder, self, nodes, tls, port }) {
  const pem = tls && path.join(folder, 'balancer.pem')
  if (pem) await fs.writeFile(pem, (await Promise.all([tls.certificate, tls.key].map(file => fs.readFile(file, 'utf8')))).join('\n'))
  const replaced = [
    ['bind :8190', `bind 127.0.0.1:${port}${pem ? ` ssl crt ${pem}` : ''}`],
    ['bind 127.0.0.1:8191', `bind unix@${self}`],
    ...nodes.map(({ url }, at) => [`node${at + 1}:8190`, new URL(url).host]),
  ]
  return replaced.reduce(replaceOnce, await fs.readFile(config, 'utf8'))
}

function replaceOnce(text, [from, to]) {
  if (text.split(from).length !== 2) throw new Error(`${from} must stand in deploy/haproxy.cfg once`)
  return text.replace(from, () => to)
}

/** It listens on all its addresses or on none. */
function isReady(socket) {
  return fs.access(socket).then(
    () => true,
    () => false,
  )
}
