// What is killed of three nodes, and when. Every form begins and ends with one dead at least.
import { setTimeout as sleep } from 'node:timers/promises'
import { below } from '../shared/random.mjs'
import { begin, prepareForPurge, traffic } from './life.mjs'

const size = 3

/** One node under traffic; the others go on. */
export const oneNode = life => strike(life, 1)

/** Two at the same time. */
export const twoNodes = life => strike(life, 2)

/** All at the same time; half of the time nobody comes back before the claims of the dead have run out. */
export async function allNodes(life) {
  await strike(life, size)
  if (life.random() < 0.5) await life.installation.passTime()
}

/** One after another, until none is left. */
export async function oneByOne(life) {
  await begin(life)
  await traffic(life, async after => {
    for (const at of shuffled(life)) {
      await after(1 + below(life.random, 20))
      await life.installation.kill([at])
    }
  })
}

/** All of them while they purge. */
export async function purging(life) {
  await life.installation.kill()
  // Before the first start there is no catalog yet
  if (life.hasBegun) await life.installation.passTime()
  await begin(life, { MAPKEEP_UNDO_WINDOW: '0s' })
  await prepareForPurge(life)
  await traffic(life, async after => {
    await Promise.race([after(60), sleep(life.random() * 1200)])
    await life.installation.kill()
  })
}

async function strike(life, count) {
  const { installation, random } = life
  await begin(life)
  await traffic(life, async after => {
    await after(1 + below(random, 40))
    await sleep(random() * 20)
    await installation.kill(shuffled(life).slice(0, count))
    if (count < size) await after(5 + below(random, 20))
  })
}

function shuffled({ random }) {
  const order = [0, 1, 2].map(at => ({ at, place: random() }))
  return order.sort((one, other) => one.place - other.place).map(({ at }) => at)
}
