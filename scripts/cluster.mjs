// `npm run cluster`: three nodes of mapkeep behind a balancer, on a Postgres and an S3 server of their own, until Ctrl-C.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

// In a process group of its own, so that Ctrl-C does not reach the stores while nodes still need them
const child = fork(path.join(import.meta.dirname, '..', 'test', 'cluster', 'cluster.mjs'), { detached: true })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.connected && child.disconnect())
const [code] = await once(child, 'exit')
process.exitCode = code ?? 1
