// What is watched beside the hostile requests: that others are served, how much memory there is, and clients who never finish.
import { setTimeout as sleep } from 'node:timers/promises'
import { memoryOf } from './grounds.mjs'
import { fill, keyLines, render } from './request.mjs'
import { openWire } from './wire.mjs'

/** Asks ordinary things all the while; `faults` has every ordinary request that was not answered with 200. */
export function watchHealth({ port, values, patience }) {
  const health = { asked: 0, slowest: 0, faults: [], stop: async () => {} }
  const wire = openWire({ port, patience, stray: text => health.faults.push(`a stray answer: ${text}`) })
  const questions = [render({ target: '/healthz' }), render({ target: '/api/mapkeep/v1/operations?page[size]=1', headers: keyLines.a })]
  let over = false
  const asking = (async () => {
    while (!over) {
      for (const text of questions) {
        const answer = await wire.ask(fill(text, values))
        health.asked++
        health.slowest = Math.max(health.slowest, answer.ms)
        if (answer.status !== 200)
          health.faults.push(`an ordinary request was answered with ${answer.status ?? answer.broken ?? 'nothing'}`)
      }
      await sleep(100)
    }
  })()
  health.stop = async () => {
    over = true
    await asking
    wire.close()
  }
  return health
}

/** Resident memory, looked at ten times a second, in MiB; `before`, `looks` and `end` are for what is held after a collection. */
export function watchMemory(pid) {
  const memory = { start: memoryOf(pid), most: 0, before: undefined, looks: [], end: undefined, stop: () => {} }
  const timer = setInterval(() => {
    memory.most = Math.max(memory.most, memoryOf(pid))
  }, 100)
  memory.stop = () => {
    clearInterval(timer)
  }
  return memory
}

const beginnings = [
  { text: 'GET /healthz HTTP/1.1\r\nHost: x\r\nX: ', drip: 'y' },
  { text: 'GET /', drip: 'z' },
  { text: 'POST /api/v1/series HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n', drip: ' ' },
  {
    text: 'POST /api/v2/srcmap HTTP/1.1\r\nHost: x\r\nDD-API-KEY: {{a.api}}\r\nContent-Type: multipart/form-data; boundary=X\r\nContent-Length: 1000000\r\n\r\n--X\r\nContent-Disposition: form-data; name="source_map"\r\n\r\n',
    drip: 'w',
  },
]

/** So many connections that send one byte twice a second and never end; those that are cut come again. */
export function holdSlowly({ wire, values, count }) {
  const slow = { opened: 0, cut: 0, stop: () => {} }
  const sockets = new Map()
  const open = at => {
    const { text, drip } = beginnings[at % beginnings.length]
    const socket = wire.connect()
    slow.opened++
    socket.resume()
    socket.write(fill(text, values))
    sockets.set(at, { socket, drip })
    socket.once('close', () => {
      if (sockets.get(at)?.socket !== socket) return
      slow.cut++
      open(at)
    })
  }
  for (let at = 0; at < count; at++) open(at)
  const timer = setInterval(() => {
    for (const { socket, drip } of sockets.values()) socket.write(drip)
  }, 500)
  slow.stop = () => {
    clearInterval(timer)
    const held = [...sockets.values()]
    sockets.clear()
    for (const { socket } of held) socket.destroy()
  }
  return slow
}
