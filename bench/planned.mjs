import { firstAnswer, readsWhenIdle, readsWhile } from './felt.mjs'
import { counted, median, ms, quantile, row, sideBySide, timed } from './figures.mjs'
import { scaled } from './scale.mjs'
import { bareEngine, big, copyOf } from './seeded.mjs'
import { send, startServer } from './server.mjs'

const dryRun = { method: 'DELETE', path: `/api/v2/sourcemaps?${big.query}&dry_run=true` }
const rounds = scaled(3)

/** A preview of half a million maps, the execution of its plan and its undo, each against the bare statement, and what others feel of each. */
export async function planned(folder) {
  const server = await startServer(copyOf(folder, 'planned'))
  const bare = bareEngine(copyOf(folder, 'planned-bare'))
  const preview = await sideBySide(
    scaled(9),
    async () => (await firstAnswer(server, dryRun)).time,
    () => timed(() => bareTotals(bare)),
  )
  const undone = []
  const execution = await sideBySide(
    rounds,
    async () => {
      const time = await execute(server)
      undone.push(await undo(server))
      return time
    },
    async () => {
      const time = await bareChange(bare, 'deleted_at = 5')
      await bareChange(bare, 'deleted_at = null')
      return time
    },
  )
  const restoration = await sideBySide(
    rounds,
    () => undone.pop(),
    async () => {
      await bareChange(bare, 'deleted_at = 5')
      return bareChange(bare, 'deleted_at = null')
    },
  )
  const felt = await whatOthersFeel(server)
  bare.close()
  await server.stop()
  return [
    against(`preview of ${counted(big.count)} with all totals, to first byte, against bare count + sum`, preview, 6),
    against('executing its plan, to commit, against the bare statement', execution, 2),
    against(`undo of these ${counted(big.count)}, to commit, against the bare statement`, restoration, 2),
    ...felt,
  ]
}

function against(work, { ours, theirs }, atMost) {
  return row(work, `${ms(ours)} against ${ms(theirs)}`, { value: ours / theirs, atMost })
}

function bareTotals(bare) {
  bare.prepare(`select count(*), sum(size) from source_map where ${big.where} and deleted_at is null`).get()
}

/** Like the real one, every change starts from the other state. */
function bareChange(bare, set) {
  return timed(() => bare.exec(`update source_map set ${set}, last_operation = 1, state_version = state_version + 1 where ${big.where}`))
}

/** Previews, then gives the time to the first byte of the plan's execution, which is sent after the commit. */
async function execute(server) {
  const { headers } = await firstAnswer(server, dryRun)
  const { time, status } = await firstAnswer(server, {
    method: 'DELETE',
    path: `/api/v2/sourcemaps?${big.query}&dry_run=false&plan=${headers['mapkeep-plan']}`,
  })
  if (status !== 200) throw new Error(`the plan was answered with ${status}`)
  return time
}

async function undo(server) {
  const { text } = await send(server, { path: '/api/mapkeep/v1/operations?page%5Bsize%5D=1', keep: true })
  const [{ id }] = JSON.parse(text).data
  const { time, status } = await firstAnswer(server, { method: 'POST', path: `/api/mapkeep/v1/operations/${id}/undo` })
  if (status !== 200) throw new Error(`the undo was answered with ${status}`)
  return time
}

async function whatOthersFeel(server) {
  const idle = quantile(await readsWhenIdle(server), 0.99)
  const duringPreviews = await readsWhile(server, async () => {
    for (let at = 0; at < scaled(10); at++) await firstAnswer(server, dryRun)
  })
  const duringPlan = await readsWhile(server, () => execute(server))
  const duringUndo = await readsWhile(server, () => undo(server))
  const felt = (name, times) =>
    row(`p99 of small reads during ${name} against idle`, `${ms(quantile(times, 0.99))} against ${ms(idle)}, median ${ms(median(times))}`, {
      value: quantile(times, 0.99) / idle,
      atMost: 3,
    })
  return [felt('previews', duringPreviews), felt('the execution of a plan', duringPlan), felt('an undo', duringUndo)]
}
