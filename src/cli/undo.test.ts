import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { namesIn, release, uploadMany } from './mapkeep.fixture.ts'
import { ownServer } from './own-server.fixture.ts'
import { needsTerminal, onTerminal } from './terminal.fixture.ts'

const server = ownServer()
const { client, live } = server
const remove = async (version: string, ...more: string[]): Promise<string> => {
  const { output, errors } = await client('delete', ...release(version), ...more, '--yes', '--json')
  return output === '' ? assert.fail(errors) : JSON.parse(output).meta.operation.id
}
const oldest = async (version: string): Promise<string> =>
  JSON.parse((await client('list', ...release(version), '--json')).output).data.at(-1).id

describe('mapkeep undo', () => {
  test('shows the operation, reverses it and prints how to undo the undo', async () => {
    await uploadMany(server.url, 'undo', 3)
    const id = await remove('undo', '--reason', 'by mistake')
    const undone = await client('undo', id, '--yes', '--reason', 'it was in use')
    assert.equal(undone.exitCode, 0, undone.errors)
    assert.match(undone.output, new RegExp(`^operation +${id}\nkind +deletion\nmaps +3 maps \\(\\d+ B\\)\nwhen `, 'm'))
    assert.match(undone.output, /^asked +--kind js --service shop --version undo \(by mistake\)$/m)
    assert.match(undone.output, new RegExp(`^Undid ${id}: brought back 3 maps \\(\\d+ B\\)\\.\nTo take it back run:$`, 'm'))
    assert.equal((await live('undo')).length, 3)
    const back = /^ {2}mapkeep undo (\S+)$/m.exec(undone.output)?.[1] ?? ''
    const again = await client('undo', back, '--yes')
    assert.match(again.output, new RegExp(`^Undid ${back}: deleted 3 maps .*\nTo take it back until \\d{4}-`, 'm'))
    assert.equal((await live('undo')).length, 0)
  })

  test('without an id takes the newest operation, and only after asking', needsTerminal, async () => {
    await uploadMany(server.url, 'newest', 2)
    const id = await remove('newest')
    const no = await onTerminal(server, { args: ['undo', '--yes'], answer: 'n' })
    assert.match(no, new RegExp(`Undo ${id}, which brings back 2 maps \\(\\d+ B\\)\\? \\[y/N\\]`))
    assert.equal((await live('newest')).length, 0)
    assert.match(await onTerminal(server, { args: ['undo'], answer: 'y' }), /brought back 2 maps/)
    assert.equal((await live('newest')).length, 2)
  })

  test('says in numbers what a later operation moved; --partial undoes the rest', async () => {
    await uploadMany(server.url, 'partial', 3)
    const map = await oldest('partial')
    const id = await remove('partial')
    await client('restore', ...release('partial'), '--id', map, '--yes')
    const refused = await client('undo', id, '--yes')
    assert.equal(refused.exitCode, 1)
    assert.match(
      refused.errors,
      /^mapkeep: nothing was undone; some of its maps cannot be undone: 1 map that a later operation moved; --partial undoes the other 2$/m,
    )
    assert.equal((await live('partial')).length, 1)
    const undone = await client('undo', id, '--partial', '--yes')
    assert.match(undone.output, /brought back 2 maps .*\nLeft as they are: 1 map that a later operation moved\.$/m)
    assert.equal((await live('partial')).length, 3)
  })

  test('refuses what has been undone before, and names the undo', async () => {
    await uploadMany(server.url, 'twice', 1)
    const id = await remove('twice')
    const first = JSON.parse((await client('undo', id, '--yes', '--json')).output)
    assert.equal(first.data.length, 1)
    const { exitCode, errors } = await client('undo', id, '--yes')
    assert.equal(exitCode, 1)
    assert.match(errors, new RegExp(`nothing was undone; it has been undone before, by ${first.meta.operation.id}; none of its maps`))
    assert.doesNotMatch(errors, /--partial/)
    assert.equal((await client('undo', 'op_999', '--yes')).exitCode, 1)
  })
})

describe('mapkeep operations', () => {
  test('shows who did what and when, newest first, and what can be undone until when', async () => {
    await uploadMany(server.url, 'history', 2)
    const id = await remove('history', '--reason', 'tidy')
    const { output } = await client('operations', '--limit', '1')
    const [titles, line] = output.split('\n')
    assert.match(titles ?? '', /^ +ID +TIME +KIND +MAPS +SIZE +ACTOR +UNDO +ASKED$/)
    assert.match(line ?? '', new RegExp(`^${id} .* deletion +2 .* until .* --kind js --service shop --version history \\(tidy\\)$`))
    const undo = JSON.parse((await client('undo', id, '--yes', '--json')).output).meta.operation.id
    const both = (await client('operations', '--limit', '2')).output.split('\n')
    assert.match(both[1] ?? '', new RegExp(`^${undo} .* undo .* undo of ${id}$`))
    assert.match(both[2] ?? '', new RegExp(`^ *${id} .* undone by ${undo} `))
  })

  test('shows one with its maps, where they are now and which operation moved them last', async () => {
    await uploadMany(server.url, 'members', 3)
    const map = await oldest('members')
    const id = await remove('members')
    await client('restore', ...release('members'), '--id', map, '--yes')
    const { output, errors } = await client('operations', id, '--limit', '2')
    assert.match(output, new RegExp(`^operation +${id}$`, 'm'))
    assert.match(output, new RegExp(`^ *${map} .* live +op_\\d+$`, 'm'))
    assert.match(output, new RegExp(`^.*/assets/2\\.js .* deleted +${id}$`, 'm'))
    assert.doesNotMatch(output, /3\.js/)
    assert.match(errors, /the first 2 maps; there are more \(--limit\)/)
    const { data, included } = JSON.parse((await client('operations', id, '--json')).output)
    assert.deepEqual([data.id, included.length], [id, 3])
    assert.equal((await client('operations', 'op_999')).exitCode, 1)
  })
})

describe('mapkeep deleted', () => {
  test('lists what can be restored, until when, and which operation deleted it', async () => {
    await uploadMany(server.url, 'deleted', 3)
    const id = await remove('deleted')
    const { output } = await client('deleted', ...release('deleted').slice(2))
    assert.match(output, /^ID .* AGE +DELETED +UNDO UNTIL +OPERATION$/m)
    assert.match(output, new RegExp(`/assets/3\\.js .* \\d+s +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC +${id}$`, 'm'))
    assert.equal(namesIn(output).length, 3)
    const [page] = (await client('deleted', ...release('deleted'), '--limit', '2', '--json')).output.split('\n')
    assert.equal(JSON.parse(page ?? '').data[0].attributes.operation, id)
    await client('undo', id, '--yes')
    assert.equal((await client('deleted', ...release('deleted'))).exitCode, 1)
  })
})
