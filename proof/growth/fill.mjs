// One installation that grows: rows by the million from SQL, and between them releases that were really uploaded.
import { upload, uploadJs } from '../../test/wire/api.mjs'
import { chunkStatements, releaseSize } from './mixture.mjs'

/** Releases that are uploaded in front of each piece in which the installation grows. */
const releasesEach = 2
const releaseMaps = 20

/**
 * Grows an installation to a number of maps in so many pieces and adds the releases that it uploads on the way to `probes`: each of twenty js maps and the
 * symbols of one library. The server answers again afterwards.
 */
export async function growTo(installation, { size, chunks, probes, clock, told }) {
  const from = await lastId(installation)
  for (let chunk = 1; chunk <= chunks; chunk++) {
    for (let at = 0; at < releasesEach; at++) probes.push(await uploadRelease(installation.server, probes.length))
    await installation.server.stop()
    await backdate(installation, clock)
    const last = from + Math.floor(((size - from) * chunk) / chunks)
    await addMaps(installation, { last, clock })
    told(`${last.toLocaleString('en')} maps`)
    if (chunk === chunks) await installation.settle()
    await installation.server.restart()
  }
}

async function lastId({ ask }) {
  return Number((await ask('select last_map_id as last from organization where number = 1'))[0].last)
}

async function addMaps(installation, { last, clock: { epoch, step } }) {
  const first = (await lastId(installation)) + 1
  if (last - first + 1 < releaseSize) throw new Error(`${last - first + 1} maps are too few to be a mixture`)
  const [{ next }] = await installation.ask('select coalesce(max(number), 0) + 1 as next from operation where organization = 1')
  const chunk = { first, last, epoch, step, firstOperation: Number(next) }
  await installation.execute(chunkStatements(installation.dialect, chunk))
  installation.filledTo = last
}

/** So that the order of ids is still that of time: what was uploaded just now gets the time that its place among the others has. */
async function backdate(installation, { epoch, step }) {
  const [first, last] = [(installation.filledTo ?? 0) + 1, await lastId(installation)]
  const at = epoch + first * step
  const later = `organization = 1 and at > ${at}`
  await installation.execute([
    [
      `update source_map set created_at = ${epoch} + id * ${step}, declared_at = ${epoch} + id * ${step} where organization = 1 and id between ${first} and ${last}`,
      `update audit_event set at = ${at} where ${later}`,
      `update operation set at = ${at} where ${later}`,
      `update organization set last_map_at = ${epoch + last * step} where number = 1`,
    ],
  ])
}

/** A release as small as most, what is asked of it later included. */
async function uploadRelease(server, number) {
  const release = { service: 'probe', version: `1.${number}.0` }
  const hex = text => Buffer.from(text).toString('hex').padStart(32, '0').slice(-32)
  const uploads = await Promise.all(
    Array.from({ length: releaseMaps }, async (_, at) => {
      const debugId = hex(`${number} ${at}`).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
      const name = `probe-${number}-${at}`
      return { debugId, name, answer: await uploadJs(server, { ...release, name, debug_id: debugId }) }
    }),
  )
  const buildId = hex(`elf ${number}`).padStart(40, 'e')
  const event = {
    type: 'elf_symbol_file',
    gnu_build_id: buildId,
    arch: 'x86_64',
    symbol_source: 'debug_info',
    filename: `libprobe${number}.so`,
  }
  const symbols = await upload(server, event, { elf_symbol_file: `\x7fELF ${number}` })
  for (const { status, text } of [...uploads.map(each => each.answer), symbols])
    if (status !== 200) throw new Error(`an upload: ${status} ${text}`)
  const [{ answer, debugId, name }] = uploads
  return { ...release, buildId, debugId, name, id: answer.id }
}
