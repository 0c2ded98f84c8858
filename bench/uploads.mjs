import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import { freePorts } from '../dist/blobs/s3/free-ports.fixture.js'
import { bareUploads } from './bare-uploads.mjs'
import { counted, ms, row, sideBySide, timed } from './figures.mjs'
import { accepted, files, form, parallel, smallFiles } from './made-uploads.mjs'
import { scaled } from './scale.mjs'
import { send, startServer } from './server.mjs'

const gzip = promisify(zlib.gzip)
const MB = 1024 * 1024

/** Uploads against the least that has to be done for the same bytes, and the memory a very large one takes. */
export async function uploads(scratch) {
  const data = join(scratch, 'uploads')
  const server = await startServer(data)
  const rows = [await plain(server, scratch), await gzipped(server), await compressedLater(server), await small(server, scratch)]
  rows.push(await veryLarge(server))
  await server.stop()
  return rows
}

async function plain(server, scratch) {
  const nginx = await startNginx(scratch)
  if (!nginx)
    return row('5 + 1 MB plain upload, durable, against nginx PUT and sha256 in series', 'nginx is not installed (Debian: nginx-light)')
  const { ours, theirs } = await sideBySide(
    scaled(25),
    () => {
      const upload = form(files(5 * MB, MB))
      return timed(() => accepted(send(server, { method: 'POST', path: '/api/v2/srcmap', ...upload })))
    },
    async round => {
      const { body } = form(files(5 * MB, MB))
      return timed(async () => {
        await accepted(send(nginx, { method: 'PUT', path: `/upload-${round}`, body, headers: { 'content-length': body.length } }))
        createHash('sha256').update(body).digest('hex')
      })
    },
  )
  await nginx.stop()
  return row('5 + 1 MB plain upload, durable, against nginx PUT and sha256 in series', `${ms(ours)} against ${ms(theirs)}`, {
    value: theirs / ours,
    atLeast: 0.7,
  })
}

async function gzipped(server) {
  const bare = await startGunzip()
  const packed = async () => {
    const { body, headers } = form(files(5 * MB, MB))
    const zipped = await gzip(body)
    return { body: zipped, headers: { ...headers, 'content-encoding': 'gzip', 'content-length': zipped.length } }
  }
  const post = async target => {
    const { body, headers } = await packed()
    return timed(() => accepted(send(target, { method: 'POST', path: '/api/v2/srcmap', headers, body })))
  }
  const { ours, theirs } = await sideBySide(
    scaled(15),
    () => post(server),
    () => post(bare),
  )
  bare.stop()
  return row('the same gzipped, against receive + gunzip + discard', `${ms(ours)} against ${ms(theirs)}`, {
    value: theirs / ours,
    atLeast: 0.5,
  })
}

/** How long after its acknowledgement the map of the last upload lies compressed on disk. */
async function compressedLater(server) {
  const { body, headers } = form(files(5 * MB, MB))
  const { text } = await accepted(send(server, { method: 'POST', path: '/api/v2/srcmap', headers, body, keep: true }))
  const { id } = JSON.parse(text).data
  const time = await timed(async () => {
    for (;;) {
      const answer = await send(server, { path: `/api/mapkeep/v1/sourcemaps/${id}`, keep: true })
      const { files: stored } = JSON.parse(answer.text).data.attributes
      if (stored.every(file => file.stored_size < file.size)) return
      await new Promise(resolve => setTimeout(resolve, 50))
    }
  })
  return row('time from the acknowledgement of 5 + 1 MB to compressed, after the uploads before it', ms(time))
}

async function small(server, scratch) {
  const count = scaled(1000, 20)
  const { ours, theirs } = await sideBySide(
    scaled(3),
    round => {
      const forms = Array.from({ length: count }, (_, at) => form(smallFiles(`${round}-${at}`)))
      return timed(() => parallel(20, count, at => accepted(send(server, { method: 'POST', path: '/api/v2/srcmap', ...forms[at] }))))
    },
    round => bareUploads({ folder: join(scratch, `bare-${round}`), count, parallel: 20, files: at => smallFiles(`bare-${round}-${at}`) }),
  )
  const rate = time => `${((count / time) * 1000).toFixed(0)}/s`
  return row(
    'small uploads, 20 in parallel, durable, against a bare program with the same writes, syncs and commits',
    `${rate(ours)} against ${rate(theirs)}`,
    {
      value: theirs / ours,
      atLeast: 0.7,
    },
  )
}

async function veryLarge(server) {
  const before = server.memory()
  let peak = before
  const watch = setInterval(() => {
    peak = Math.max(peak, server.memory())
  }, 50)
  const megabytes = scaled(2000, 2)
  const boundary = 'very-large'
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="symbols_archive"; filename="ios_symbols_archive"\r\n\r\n`
  const event = JSON.stringify({ type: 'ios_symbols', uuids: '00000000-0000-4000-8000-000000000000' })
  const tail = `\r\n--${boundary}\r\ncontent-disposition: form-data; name="event"; filename="event"\r\n\r\n${event}\r\n--${boundary}--\r\n`
  const time = await timed(() =>
    accepted(
      send(server, {
        method: 'POST',
        path: '/api/v2/srcmap',
        headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
        body: async request => {
          request.write(head)
          const piece = randomBytes(MB)
          for (let sent = 0; sent < megabytes; sent++) {
            piece.writeUInt32BE(sent)
            if (!request.write(Buffer.from(piece))) await new Promise(resolve => request.once('drain', resolve))
          }
          request.end(tail)
        },
      }),
    ),
  )
  clearInterval(watch)
  return row(`resident memory growth during a ${counted(megabytes)} MB upload`, `${before.toFixed(0)} MiB before, ${ms(time)}`, {
    value: peak - before,
    atMost: 64,
    unit: ' MiB',
  })
}

/** nginx as a plain WebDAV store on a free port, or nothing when it is not installed. */
async function startNginx(scratch) {
  const folder = join(scratch, 'nginx')
  mkdirSync(join(folder, 'files'), { recursive: true })
  const [port] = await freePorts(1)
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name => `${name}_temp_path ${folder}/${name};`).join(' ')
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${process.getuid?.() === 0 ? 'user root;' : ''} worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
     events {} http { access_log off; ${paths}
     server { listen 127.0.0.1:${port}; client_max_body_size 0; root ${folder}/files; location / { dav_methods PUT DELETE; } } }`,
  )
  const child = spawn('nginx', ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], { stdio: 'ignore' })
  process.once('exit', () => child.kill())
  const started = await new Promise(resolve => {
    child.once('error', () => resolve(false))
    setTimeout(() => resolve(child.exitCode === null), 1000)
  })
  if (!started) return undefined
  const agent = new http.Agent({ keepAlive: true })
  return { url: `http://127.0.0.1:${port}`, agent, headers: {}, stop: async () => child.kill() && agent.destroy() }
}

/** The least a server can do with a gzipped body. */
async function startGunzip() {
  const server = http.createServer((request, response) => {
    request
      .pipe(zlib.createGunzip())
      .resume()
      .on('end', () => response.end('{}'))
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  const agent = new http.Agent({ keepAlive: true })
  return { url: `http://127.0.0.1:${server.address().port}`, agent, headers: {}, stop: () => server.close() && agent.destroy() }
}
