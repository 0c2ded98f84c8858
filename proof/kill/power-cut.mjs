// What a disk may hold after the power is cut: the trace of a server's system calls, played on what the folder held before it.
//
// Sure are bytes that were written before a sync of their file began, and names that were changed before a sync of their folder began, if that
// sync has ended. Of everything else each call may have reached the disk or not, whatever came before or after it; of a write some sectors
// only. That is more than journaling file systems do to a program, and all that POSIX lets them.
import fs from 'node:fs/promises'
import path from 'node:path'
import { below, oneOf } from '../shared/random.mjs'
import { readTrace } from '../shared/trace.mjs'

const sector = 512

const traced =
  'open,openat,write,writev,pwrite64,pwritev,pwritev2,ftruncate,truncate,fallocate,copy_file_range,sendfile,link,linkat,fsync,fdatasync,' +
  'rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir'

/** The command that runs another one and writes down into a file what `powerCut` has to know of it. */
export const recorder = log => ['strace', '-f', '--seccomp-bpf', '-y', '-xx', '-s', '100000000', '-o', log, '-e', `trace=${traced}`]

/** Everything below a folder, by path: nothing for a folder, the bytes of a file. */
export async function readTree(folder) {
  const tree = new Map()
  for (const entry of await fs.readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    const name = path.join(entry.parentPath ?? entry.path, entry.name)
    tree.set(name, entry.isDirectory() ? undefined : await fs.readFile(name))
  }
  return tree
}

/**
 * Puts in place of a folder what may be left of it. `before`: its tree when the recorded process began; `log`: the file of the recorder;
 * `isSynced: false` is a disk that takes syncs for nothing. Gives how much of what was not sure is lost.
 */
export async function powerCut({ folder, before, log, random, isSynced = true }) {
  const disk = play({ folder, before, isSynced }, readTrace(log))
  // Everything, nothing, and anything in between
  const luck = oneOf(random, [0, 0.5, 1])
  const chance = () => random() < luck
  const names = survivingNames(disk, chance)
  await fs.rm(folder, { recursive: true, force: true })
  let lost = disk.changes.filter(({ isSure, isKept }) => !isSure && !isKept).length
  for (const [name, file] of names) {
    if (file.isFolder) await fs.mkdir(name, { recursive: true, mode: 0o700 })
    // The index of the log, which lives in memory
    else if (!name.endsWith('-shm')) {
      const { bytes, dropped } = survivingBytes(file, { chance, random })
      await fs.writeFile(name, bytes, { mode: 0o600 })
      lost += dropped
    }
  }
  return lost
}

/** The files by name as the process saw them, and every change in the order in which the calls ended. */
function play({ folder, before, isSynced }, calls) {
  // That it is there at all is looked at by the order of its first calls
  const disk = { names: new Map([[folder, newFolder()]]), changes: [], isSynced }
  for (const [name, bytes] of before) disk.names.set(name, bytes === undefined ? newFolder() : newFile(bytes))
  disk.before = new Map(disk.names)
  const inside = name => name === folder || name.startsWith(`${folder}${path.sep}`)
  const done = calls.filter(call => !call.error && handlers[call.name])
  for (const call of done.sort((a, b) => a.end - b.end)) {
    const decoded = { ...call, path: fromHex(call.path), to: fromHex(call.to) }
    if (inside(decoded.path) || inside(decoded.to)) handlers[call.name](disk, decoded)
  }
  return disk
}

const newFolder = () => ({ isFolder: true, syncs: [] })
const newFile = (bytes = Buffer.alloc(0)) => ({ isFolder: false, bytes, writes: [], syncs: [], at: 0 })

function fromHex(text) {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex').toString()
}

/** Tells a name's new file, or none, to everyone after; a rename takes the old one away in the same moment. */
function change(disk, { begin, end }, { name, file, from }) {
  if (from !== undefined) disk.names.delete(from)
  if (file) disk.names.set(name, file)
  else disk.names.delete(name)
  disk.changes.push({ begin, end, name, file, from, parent: disk.names.get(path.dirname(name)) })
}

function opened(disk, call) {
  if (call.text.includes('O_APPEND')) unknown(disk, call)
  const known = disk.names.get(call.path)
  if (known && call.text.includes('O_TRUNC')) known.writes.push({ ...call, size: 0 })
  if (known) known.at = 0
  else if (call.text.includes('O_CREAT')) change(disk, call, { name: call.path, file: newFile() })
}

function written(disk, call, offset) {
  const file = disk.names.get(call.path)
  // One that has no name any more, or is none
  if (!file || file.isFolder) return
  const strings = [...call.text.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(match => Buffer.from(match[1].replaceAll('\\x', ''), 'hex'))
  const bytes = Buffer.concat(strings).subarray(0, call.result)
  if (bytes.length < call.result) throw new Error(`the trace has ${bytes.length} of ${call.result} bytes written to ${call.path}`)
  file.writes.push({ begin: call.begin, end: call.end, offset: offset ?? file.at, bytes })
  file.at = (offset ?? file.at) + bytes.length
}

const lastNumber = text => Number(/(\d+)\s*$/.exec(text)?.[1])

function synced(disk, call) {
  if (disk.isSynced) disk.names.get(call.path)?.syncs.push({ begin: call.begin, end: call.end })
}

const made = (disk, call) => disk.names.has(call.path) || change(disk, call, { name: call.path, file: newFolder() })
const removed = (disk, call) => change(disk, call, { name: call.path })

function renamed(disk, call) {
  const file = disk.names.get(call.path)
  if (!file || file.isFolder) throw new Error(`${call.path}, which was renamed, is no file that is known`)
  change(disk, call, { name: call.to, file, from: call.path })
}

function unknown(_, { name, path: at }) {
  throw new Error(`${name} of ${at}: nobody has said what a power cut leaves of it`)
}

const handlers = {
  open: opened,
  openat: opened,
  write: (disk, call) => written(disk, call),
  writev: (disk, call) => written(disk, call),
  pwrite64: (disk, call) => written(disk, call, lastNumber(call.text)),
  pwritev: (disk, call) => written(disk, call, lastNumber(call.text)),
  pwritev2: unknown,
  ftruncate: (disk, call) => {
    const { begin, end } = call
    disk.names.get(call.path)?.writes.push({ begin, end, size: lastNumber(call.text) })
  },
  truncate: unknown,
  fallocate: unknown,
  copy_file_range: unknown,
  sendfile: unknown,
  link: unknown,
  linkat: unknown,
  fsync: synced,
  fdatasync: synced,
  rename: renamed,
  renameat: renamed,
  renameat2: renamed,
  unlink: removed,
  unlinkat: removed,
  mkdir: made,
  mkdirat: made,
  rmdir: removed,
}

const isSure = ({ end }, syncs) => syncs.some(sync => sync.begin > end)

/** The names that are left, folders before what is in them. */
function survivingNames(disk, chance) {
  const names = new Map(disk.before)
  for (const each of disk.changes) {
    each.isSure = isSure(each, each.parent?.syncs ?? [])
    each.isKept = each.isSure || chance()
    if (!each.isKept) continue
    if (each.from !== undefined) names.delete(each.from)
    if (each.file) names.set(each.name, each.file)
    else names.delete(each.name)
  }
  const [root] = names.keys()
  const isReachable = name => name === root || (names.get(path.dirname(name))?.isFolder && isReachable(path.dirname(name)))
  return [...names].filter(([name]) => isReachable(name)).sort(([one], [other]) => (one < other ? -1 : 1))
}

/** A file's bytes as they may be, and how many of its writes are not in them. */
function survivingBytes({ bytes: before, writes, syncs }, { chance, random }) {
  const room = Math.max(before.length, ...writes.map(({ offset = 0, bytes, size }) => size ?? offset + bytes.length))
  const left = { bytes: Buffer.alloc(room), length: before.length }
  before.copy(left.bytes)
  let dropped = 0
  for (const write of writes) {
    const isKept = isSure(write, syncs) || chance()
    if (!isKept) dropped++
    if (isKept) apply(left, write)
    else if (write.bytes && random() < 0.3) apply(left, torn(write, random))
  }
  return { bytes: left.bytes.subarray(0, left.length), dropped }
}

function apply(left, { offset, bytes, size }) {
  if (bytes) bytes.copy(left.bytes, offset)
  // What a file grows by is zeros, also where there was something before it was cut
  else left.bytes.fill(0, size)
  left.length = bytes ? Math.max(left.length, offset + bytes.length) : size
}

/** The sectors of a write up to one, or from one on. */
function torn({ offset, bytes }, random) {
  const at = Math.min(bytes.length, sector * below(random, Math.ceil(bytes.length / sector) + 1))
  return random() < 0.5 ? { offset, bytes: bytes.subarray(0, at) } : { offset: offset + at, bytes: bytes.subarray(at) }
}
