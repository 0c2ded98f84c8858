import assert from 'node:assert/strict'
import type { HoldSelector } from '../../domain/hold.ts'
import type { Selection } from '../../domain/selection.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { Hold } from '../../operations/ports/hold-catalog.ts'
import type { Held } from '../../operations/ports/passage-catalog.ts'
import { holdOf, place, plan, release, undoing } from './passages.fixture.ts'
import type { Random } from './random.fixture.ts'
import { type HeldMap, matches } from './reference-hold.fixture.ts'
import { deletion, idsIn, put, restoration, scopeOf, uploadOf } from './sample-uploads.fixture.ts'

/** What happens at the same time in a story, and what of it has been answered. */
export interface Story {
  readonly catalog: Catalog
  readonly random: Random
  readonly maps: Map<number, HeldMap>
  /** Holds that were answered and that nobody has asked to release. */
  readonly standing: Map<string, Hold>
  operations: number
  deleted: number
  kept: number
  refused: number
}

/** Several at once place holds and try to delete in every way there is; checks every answer. */
export async function tellHoldStory(catalog: Catalog, random: Random): Promise<Story> {
  const story: Story = { catalog, random, maps: new Map(), standing: new Map(), operations: 0, deleted: 0, kept: 0, refused: 0 }
  for (let number = 0; number < 60; number++) await upload(story)
  for (let round = 0; round < 120; round++) {
    const size = 2 + random.below(10)
    await Promise.all(Array.from({ length: size }, () => random.pick(steps)(story)))
  }
  return story
}

type Step = (story: Story) => Promise<unknown>

async function upload({ catalog, random, maps }: Story): Promise<void> {
  const attributes = { service: `s${random.below(6)}`, version: `${random.below(4)}.${random.below(3)}` }
  const kind = random.chance(0.8) ? 'js' : 'react'
  const id = await put(catalog, uploadOf({ kind, attributes }, `${random.below(1e9)}`))
  maps.set(id, { id, kind, ...attributes })
}

async function placeRandom({ catalog, random, standing, maps }: Story): Promise<void> {
  const selectors: HoldSelector[] = [
    { service: `s${random.below(6)}`, version: `${random.below(4)}.*` },
    { version: `*.${random.below(3)}`, kind: 'react' },
    { ids: random.some([...maps.keys()], 1, 4).map(String) },
  ]
  const hold = holdOf(`h${random.below(1e9)}`, random.pick(selectors))
  await place(catalog, hold)
  standing.set(hold.id, hold)
}

async function releaseRandom({ catalog, random, standing }: Story): Promise<void> {
  // So that there are always some, and never so many that nothing can be deleted
  if (standing.size < 6) return
  const id = random.pick([...standing.keys()])
  standing.delete(id)
  await release(catalog, id)
}

function randomScope({ random, maps }: Story, state: 'live' | 'deleted') {
  const byRelease: Selection = {
    kind: random.chance(0.8) ? 'js' : 'react',
    criteria: [
      { filter: 'service', values: [`s${random.below(6)}`, `s${random.below(6)}`] },
      ...(random.chance(0.5) ? [{ filter: 'version', values: [`${random.below(4)}.${random.below(3)}`] } as const] : []),
    ],
  }
  const ids: Selection = { kind: 'js', criteria: [{ filter: 'id', values: random.some([...maps.keys()], 1, 9).map(String) }] }
  return scopeOf(random.chance(0.6) ? byRelease : ids, state)
}

/** Nothing that a hold keeps was moved which had been answered before this was asked. */
async function check(story: Story, ask: () => Promise<object>): Promise<void> {
  const before = [...story.standing.values()]
  const answer = await ask()
  if ('refused' in answer) {
    if (answer.refused !== 'nothing') story.refused++
    return
  }
  const { members, held, operation } = answer as { members: Uint8Array; held: readonly Held[]; operation: number }
  story.operations = Math.max(story.operations, operation)
  if ('to' in answer && answer.to === 'live') return
  story.kept += held.reduce((sum, each) => sum + idsIn(each.ids).length, 0)
  for (const id of idsIn(members)) {
    story.deleted++
    const map = story.maps.get(id)
    // Whoever was asked to release it meanwhile may have been first
    const keeping = map && before.find(hold => story.standing.has(hold.id) && matches(hold.selector, map))
    assert.equal(keeping, undefined, `map ${id} was deleted in spite of ${JSON.stringify(keeping)}`)
  }
}

const steps: readonly Step[] = [
  upload,
  upload,
  placeRandom,
  releaseRandom,
  story => check(story, () => story.catalog.move(randomScope(story, 'live'), deletion, {})),
  story => check(story, () => story.catalog.move(randomScope(story, 'live'), deletion, {})),
  async story => {
    const [scope, id] = [randomScope(story, 'live'), `p${story.random.below(1e9)}`]
    await plan(story.catalog, { id, scope, many: story.random.chance(0.5) })
    if (story.random.chance(0.5)) await placeRandom(story)
    await check(story, () => story.catalog.move(scope, deletion, { plan: id }))
  },
  story => story.catalog.move(randomScope(story, 'deleted'), restoration, {}),
  story => story.catalog.move(scopeOf({ kind: 'js', criteria: [] }, 'deleted'), restoration, {}),
  story => {
    const target = { organization: 1, operation: 1 + story.random.below(story.operations + 1) }
    return check(story, () => story.catalog.undo(target, undoing, { partial: story.random.chance(0.7) }))
  },
]
