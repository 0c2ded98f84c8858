import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { freePorts } from '../../dist/blobs/s3/free-ports.fixture.js'
import { endProcess } from '../../test/wire/node-process.mjs'
import { bytesOf, clientOf, untilReady } from './ask.mjs'
import { familyOf } from './processes.mjs'
import { sizeOf } from './size-of.mjs'

export const nginx = {
  name: 'nginx DAV',
  lacks:
    'no sync: an acknowledged file may be lost with the power; no keys, no look-up but by name, no undo, no deduplication, no compression, no history',
  jobs: ['put', 'get', 'remove'],
  kinds: ['map', 'elf'],
  missing,
  start,
}

/** nginx says what it was built with on stderr. */
function missing() {
  try {
    const said = execFileSync('sh', ['-c', 'nginx -V 2>&1'], { encoding: 'utf8' })
    return /--with-http_dav_module/.test(said) ? undefined : 'this nginx has no DAV module (Debian: nginx-light)'
  } catch {
    return 'nginx is not installed (Debian: nginx-light)'
  }
}

async function start(folder) {
  const [port, config, files] = [(await freePorts(1))[0], path.join(folder, 'nginx.conf'), path.join(folder, 'files')]
  mkdirSync(files, { recursive: true })
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(name => `${name}_temp_path ${folder}/${name};`).join(' ')
  writeFileSync(
    config,
    `${process.getuid?.() === 0 ? 'user root;' : ''} worker_processes 1; daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
     events {} http { access_log off; sendfile on; ${places}
     server { listen 127.0.0.1:${port}; client_max_body_size 0; root ${files}; location / { dav_methods PUT DELETE; } } }`,
  )
  const child = spawn('nginx', ['-c', config, '-e', path.join(folder, 'error.log')], { stdio: 'ignore' })
  const client = clientOf(`http://127.0.0.1:${port}`)
  await untilReady(child, async () => (await client.ask('GET /nothing')).status === 404)
  return {
    ...operations(client.ask),
    pids: () => familyOf(child.pid),
    stored: () => sizeOf(files),
    stop: async () => {
      client.close()
      await endProcess(child, 'SIGTERM')
    },
  }
}

const operations = ask => ({
  put: async file => {
    bytesOf('a PUT', await ask(`PUT /${file.name}`, { headers: { 'content-length': file.bytes.length }, body: file.bytes }))
  },
  get: async file => bytesOf('a GET', await ask(`GET /${file.name}`)),
  remove: async file => {
    bytesOf('a DELETE', await ask(`DELETE /${file.name}`))
  },
})
