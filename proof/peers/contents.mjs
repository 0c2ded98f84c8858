// Files that can be made again from a seed: source maps, and ELF files with a build id of their own.
import { createCipheriv, createHash } from 'node:crypto'

const words = 'export function total(prices, rate) { return prices.map(price => ({ ...price, gross: price.net * rate })) }\\n'

/** Number `at` of a set `{ seed, name, kind, bytes }`: a name nothing else has, and about so many bytes, between half and one and a half. */
export function fileOf(set, at) {
  const noise = noiseOf(`${set.seed} ${set.name} ${at}`)
  const size = Math.round(set.bytes * (0.5 + noise(4).readUInt32LE() / 2 ** 32))
  const name = `${set.name}-${set.seed}-${at}`
  if (set.kind !== 'elf') return { name, bytes: sourceMap(name, size, noise) }
  const buildId = createHash('sha1').update(name).digest('hex')
  return { name, buildId, bytes: elfFile(buildId, text(size, noise)) }
}

/** A stream of bytes that only the text decides, as a function that gives the next so many. */
function noiseOf(seed) {
  const cipher = createCipheriv('aes-128-ctr', createHash('md5').update(seed).digest(), Buffer.alloc(16))
  return length => cipher.update(Buffer.alloc(length))
}

/** A third of a real map is mappings, which compress badly; the rest is source text, which compresses well. */
function sourceMap(name, size, noise) {
  const mappings = noise(Math.floor(size / 4)).toString('base64')
  const head = `{"version":3,"file":"${name}.js","sources":["src/${name}.js"],"names":[],"mappings":"${mappings}","sourcesContent":["`
  return Buffer.from(`${head}${words.repeat(Math.max(1, Math.ceil((size - head.length) / words.length)))}"]}`)
}

/** Neither noise nor one line again and again. */
function text(size, noise) {
  const hard = noise(Math.floor(size / 3))
  return Buffer.concat([hard, Buffer.from(words.repeat(Math.ceil((size - hard.length) / words.length)))])
}

const names = '\0.note.gnu.build-id\0.debug_info\0.shstrtab\0'

/** The least that is an ELF file with debug information to those who only look at its sections. */
function elfFile(buildId, content) {
  const note = Buffer.concat([Buffer.from([4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0]), Buffer.from('GNU\0'), Buffer.from(buildId, 'hex')])
  const parts = [note, content, Buffer.from(names)]
  const sections = [Buffer.alloc(64)]
  let offset = 64
  for (const [at, [type, name]] of [
    [7, '.note'],
    [1, '.debug_info'],
    [3, '.shstrtab'],
  ].entries()) {
    sections.push(section({ name: names.indexOf(name), type, offset, size: parts[at].length }))
    offset += parts[at].length
  }
  return Buffer.concat([elfHeader(offset), ...parts, ...sections])
}

function elfHeader(sectionsAt) {
  const header = Buffer.alloc(64)
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  header.writeUInt16LE(3, 16) // a shared object
  header.writeUInt16LE(62, 18) // x86-64
  header.writeUInt32LE(1, 20)
  header.writeBigUInt64LE(BigInt(sectionsAt), 40)
  header.writeUInt16LE(64, 52)
  header.writeUInt16LE(64, 58)
  header.writeUInt16LE(4, 60)
  header.writeUInt16LE(3, 62)
  return header
}

function section({ name, type, offset, size }) {
  const header = Buffer.alloc(64)
  header.writeUInt32LE(name, 0)
  header.writeUInt32LE(type, 4)
  header.writeBigUInt64LE(BigInt(offset), 24)
  header.writeBigUInt64LE(BigInt(size), 32)
  header.writeBigUInt64LE(4n, 48)
  return header
}
