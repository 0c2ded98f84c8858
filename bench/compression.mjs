// Measures the codecs that stored copies could use, on real source maps, the bundles beside them, and native binaries.
//
//   node bench/compression.mjs [folder or file]…     (default: node_modules)
//
// Every codec runs in processes of its own, each file as one stream from disk, as the background compressor and the reader do
// it. Speeds are MB (10^6 bytes as uploaded) per second of CPU time, zlib's threads included, best of three rounds: on a busy
// machine CPU time is steadier than the clock. Memory is the peak of the process over one that only reads the files.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  createWriteStream,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import * as zlib from 'node:zlib'

const rounds = 3
const chunkSize = 256 * 1024
const smallest = 200_000
const mostOfOneKind = 40_000_000
const sets = { 'source maps': isSourceMap, 'minified bundles': isBundle, 'native binaries (ELF, x86-64)': isElf }
const none = { encode: () => new PassThrough(), decode: () => new PassThrough() }
const codecs = { ...gzips(1, 6, 9), ...brotlis(22, 1, 3, 4, 5, 6), ...brotlis(20, 3, 5), ...brotlis(18, 3, 5), ...zstds(1, 3) }

if (process.argv[2] === '--one') await measureOne(process.argv.slice(3))
else report(process.argv.slice(2))

function report(places) {
  const paths = (places.length > 0 ? places : ['node_modules']).flatMap(filesIn)
  const { zlib: zlibVersion, brotli, zstd } = process.versions
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, zlib ${zlibVersion}, brotli ${brotli}, zstd ${zstd ?? 'not built in'}`,
  )
  for (const [title, belongs] of Object.entries(sets)) {
    const chosen = sample(distinct(paths.filter(belongs)))
    if (chosen.length > 0) reportSet(title, chosen)
  }
}

function reportSet(title, paths) {
  const size = bytesOf(paths)
  console.log(`\n${title}: ${paths.length} files, ${(size / 1e6).toFixed(1)} MB\n`)
  console.log('| codec | ratio | MB/s in | MB/s out | MB memory in | MB memory out |')
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |')
  const base = inOwnProcesses('none', paths)
  for (const name of Object.keys(codecs)) {
    const { stored, encode, decode } = inOwnProcesses(name, paths)
    const speeds = [encode, decode].map(({ seconds }) => (size / 1e6 / seconds).toFixed(0))
    const memory = [encode.peak - base.encode.peak, decode.peak - base.decode.peak].map(kilobytes =>
      Math.max(0, kilobytes / 1024).toFixed(0),
    )
    console.log(`| ${[name, (size / stored).toFixed(2), ...speeds, ...memory].join(' | ')} |`)
  }
}

function inOwnProcesses(codec, paths) {
  const folder = mkdtempSync(join(tmpdir(), 'compression-'))
  const run = (way, inputs, outputs) =>
    JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), '--one', codec, way, inputs.join('\n'), outputs.join('\n')]))
  try {
    const packed = paths.map((_, number) => join(folder, String(number)))
    const encode = run('encode', paths, packed)
    return { encode, decode: run('decode', packed, []), stored: bytesOf(packed) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function measureOne([codec, way, inputs, outputs]) {
  const step = () => (codecs[codec] ?? none)[way]()
  let seconds = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    for (const path of inputs.split('\n')) await drain(read(path).pipe(step()))
    const { user, system } = process.cpuUsage(before)
    seconds = Math.min(seconds, (user + system) / 1e6)
  }
  console.log(JSON.stringify({ seconds, peak: process.resourceUsage().maxRSS }))
  const packed = outputs ? outputs.split('\n') : []
  for (const [number, path] of packed.entries()) await pipeline(read(inputs.split('\n')[number]), step(), createWriteStream(path))
}

function read(path) {
  return createReadStream(path, { highWaterMark: chunkSize })
}

async function drain(stream) {
  for await (const _ of stream);
}

function gzips(...levels) {
  const codec = level => ({ encode: () => zlib.createGzip({ level, chunkSize }), decode: () => zlib.createGunzip({ chunkSize }) })
  return Object.fromEntries(levels.map(level => [`gzip-${level}`, codec(level)]))
}

function brotlis(windowBits, ...qualities) {
  const codec = quality => ({
    encode: () =>
      zlib.createBrotliCompress({
        chunkSize,
        params: { [zlib.constants.BROTLI_PARAM_QUALITY]: quality, [zlib.constants.BROTLI_PARAM_LGWIN]: windowBits },
      }),
    decode: () => zlib.createBrotliDecompress({ chunkSize }),
  })
  return Object.fromEntries(qualities.map(quality => [`brotli-${quality}, window 2^${windowBits}`, codec(quality)]))
}

function zstds(...levels) {
  if (!zlib.createZstdCompress) return {}
  const codec = level => ({
    encode: () => zlib.createZstdCompress({ chunkSize, params: { [zlib.constants.ZSTD_c_compressionLevel]: level } }),
    decode: () => zlib.createZstdDecompress({ chunkSize }),
  })
  return Object.fromEntries(levels.map(level => [`zstd-${level}`, codec(level)]))
}

function filesIn(place) {
  if (statSync(place).isFile()) return [place]
  const entries = readdirSync(place, { recursive: true, withFileTypes: true })
  const paths = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath ?? entry.path, entry.name))
  return paths.filter(path => statSync(path).size >= smallest).sort()
}

/** Files that share their first 64 KiB are versions of one another and would count the same thing twice. */
function distinct(paths) {
  const byStart = new Map(paths.map(path => [createHash('sha256').update(startOf(path, 65_536)).digest('hex'), path]))
  return [...byStart.values()]
}

/** Enough of them for a figure, without taking all day. */
function sample(paths) {
  let left = mostOfOneKind
  return paths.filter(path => {
    const { size } = statSync(path)
    if (size > left) return false
    left -= size
    return true
  })
}

function isSourceMap(path) {
  return /\.(js|mjs|cjs|css)\.map$/.test(path)
}

function isBundle(path) {
  return /\.m?js$/.test(path) && readFileSync(path).subarray(-500).includes('sourceMappingURL=')
}

function isElf(path) {
  const start = startOf(path, 20)
  return start.subarray(0, 4).equals(Buffer.from('\x7fELF')) && start.readUInt16LE(18) === 0x3e
}

function startOf(path, length) {
  const file = openSync(path, 'r')
  const start = Buffer.alloc(length)
  const read = readSync(file, start)
  closeSync(file)
  return start.subarray(0, read)
}

function bytesOf(paths) {
  return paths.reduce((sum, path) => sum + statSync(path).size, 0)
}
