// Requests as raw bytes over connections that are kept, as no HTTP client would let them through.
import net from 'node:net'
import { parseAnswer } from './parse-answer.mjs'

/**
 * Connections to one port. `patience` is how many milliseconds an answer may take before it counts as none; `stray` is told of bytes that nobody
 * has asked for: an answer too many.
 */
export function openWire({ port, patience, stray }) {
  const idle = []
  const open = new Set()
  const connect = () => {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
    open.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      open.delete(socket)
      const at = idle.indexOf(socket)
      if (at >= 0) idle.splice(at, 1)
    })
    return socket
  }
  const rest = socket => {
    idle.push(socket)
    socket.once('data', bytes => {
      if (!idle.includes(socket)) return
      socket.destroy()
      stray(bytes.toString('latin1', 0, 200))
    })
  }
  const ask = async (bytes, { bodiless = false } = {}) => {
    const kept = idle.pop()
    const socket = kept ?? connect()
    socket.removeAllListeners('data')
    const answer = await exchange(socket, { bytes, bodiless, patience })
    // The server may have let go of a connection in the same moment
    if (kept && answer.broken && answer.received === 0) return ask(bytes, { bodiless })
    if (answer.status && answer.headers.get('connection') !== 'close' && answer.rest === 0 && !socket.destroyed) rest(socket)
    else socket.destroy()
    return answer
  }
  const close = () => {
    idle.length = 0
    for (const socket of open) socket.destroy()
  }
  return { ask, connect, close, count: () => open.size }
}

function exchange(socket, { bytes, bodiless, patience }) {
  return new Promise(resolve => {
    const start = performance.now()
    let received = Buffer.alloc(0)
    const settle = outcome => {
      clearTimeout(timer)
      socket.off('data', take).off('end', ended).off('close', gone)
      resolve({ ms: performance.now() - start, received: received.length, ...outcome })
    }
    const look = over => {
      try {
        const answer = parseAnswer(received, { bodiless, ended: over })
        if (answer) settle({ ...answer, rest: received.length - answer.length })
        else if (over) settle({ broken: received.length > 0 ? `broke off after ${received.length} bytes` : 'closed without an answer' })
      } catch (error) {
        settle({ broken: error.message })
      }
    }
    const take = chunk => {
      received = Buffer.concat([received, chunk])
      look(false)
    }
    const ended = () => look(true)
    const gone = () => look(true)
    const timer = setTimeout(() => settle({ hang: true }), patience)
    socket.on('data', take).on('end', ended).on('close', gone)
    socket.write(bytes)
  })
}
