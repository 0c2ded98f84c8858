// Uploads that nothing else resembles.
import { randomBytes } from 'node:crypto'

let made = 0

/** Text that looks like a minified program and its map, different each time. */
export function files(mapSize, fileSize) {
  const name = `chunk-${process.pid}-${made++}`
  const mappings = randomBytes(Math.floor(mapSize / 4)).toString('base64')
  const words = 'function(e,t){return e.map(r=>({...r,total:r.price*t.quantity,label:r.name+t.name}))}'
  const map = `{"version":3,"file":"${name}.js","mappings":"${mappings}","sources":["src/${name}.js"],"names":[],"sourcesContent":["`
  const source = words.repeat(Math.ceil((mapSize - map.length) / words.length)).replaceAll('"', '')
  return {
    name,
    source_map: Buffer.from(`${map}${source}"]}`).subarray(0, mapSize),
    minified_file: Buffer.from(`/*${name}*/${words.repeat(Math.ceil(fileSize / words.length))}`).subarray(0, fileSize),
  }
}

/** The same, of two kilobytes in all. */
export function smallFiles(name) {
  const sources = Array.from({ length: 40 }, (_, at) => `"src/${name}/module-${at}.js"`).join(',')
  return {
    name,
    source_map: Buffer.from(`{"version":3,"mappings":"AAAA","names":[],"sources":[${sources}]}`),
    minified_file: Buffer.from(`/*${name}*/${'console.log(1);'.repeat(60)}`),
  }
}

/** The body and headers of an upload. */
export function form({ name, source_map, minified_file }) {
  const boundary = `bench-${name}`
  const event = { type: 'js_sourcemap', service: 'bench', version: '1.0.0', minified_url: `https://static.acme.example/assets/${name}.js` }
  const part = (part, content) => [
    `--${boundary}\r\ncontent-disposition: form-data; name="${part}"; filename="${part}"\r\n\r\n`,
    content,
    '\r\n',
  ]
  const pieces = [
    ...part('event', JSON.stringify(event)),
    ...part('source_map', source_map),
    ...part('minified_file', minified_file),
    `--${boundary}--\r\n`,
  ]
  const body = Buffer.concat(pieces.map(piece => Buffer.from(piece)))
  return { body, headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': body.length } }
}

/** The answer, if it is a success. */
export async function accepted(answer) {
  const result = await answer
  if (result.status > 299) throw new Error(`an upload was answered with ${result.status}: ${result.text ?? ''}`)
  return result
}

/** Runs jobs numbered from 0, so many at a time. */
export async function parallel(width, count, job) {
  let next = 0
  const worker = async () => {
    while (next < count) await job(next++)
  }
  await Promise.all(Array.from({ length: width }, worker))
}
