import assert from 'node:assert/strict'
import { test } from 'node:test'
import { everyMap, list, repositoryInfo } from './api.mjs'
import { commands } from './datadog-ci-commands.mjs'
import { startServer } from './running-server.mjs'
import { appleToolNames, datadogCi, inputsInGit, missingProgram } from './uploaders.mjs'

const wireKinds = new Set(['js', 'jvm', 'ios', 'react', 'flutter', 'elf', 'ndk', 'il2cpp'])

test('the unmodified datadog-ci', async t => {
  const server = await startServer(t)
  const { folder, commit } = await inputsInGit(t)
  const place = { server, folder, bin: await appleToolNames(t) }
  for (const command of commands) await t.test(command.name, each => checkCommand(each, { place, commit, command }))

  for (const { name, args } of [commands[0], commands.find(each => each.args[0] === 'react-native')]) {
    await t.test(`${name} with a wrong key ends as one with an invalid key`, async () => {
      const before = await everyMap(server)
      const { code, output } = await datadogCi({ ...place, apiKey: 'not-a-key' }, ...args)
      assert.equal(code, 1, output)
      assert.match(output, /Neither DATADOG_API_KEY nor DD_API_KEY contains a valid API key/)
      assert.equal((await everyMap(server)).length, before.length)
    })
  }
})

async function checkCommand(t, { place, commit, command: { args, needs = [], maps, git, zipped } }) {
  const missing = await missingProgram(needs)
  if (missing) return t.skip(missing)
  const before = await everyMap(place.server)
  await succeeds(place, args)
  const added = (await everyMap(place.server)).slice(before.length)
  await check(place.server, zipped ? oneOfEach(added) : added, maps)
  if (git) {
    const info = await repositoryInfo(place.server, ...git)
    assert.deepEqual(info, { status: 'success', repository_url: 'https://github.com/acme/shop.git', commit_sha: commit })
  }
  await succeeds(place, args)
  if (!zipped) assert.equal((await everyMap(place.server)).length, before.length + maps.length, 'the same run again makes no map')
}

async function succeeds(place, args) {
  const { code, output } = await datadogCi(place, ...args)
  assert.equal(code, 0, output)
  assert.doesNotMatch(output, /Failed upload|could not be uploaded|with errors/i)
}

/** The maps that came are those expected, in any order, and the API lists them under their kind and id. */
async function check(server, added, expected) {
  const rest = [...added]
  for (const wanted of expected) {
    const at = rest.findIndex(({ attributes }) => hasAll(attributes, wanted))
    assert.notEqual(at, -1, `no ${JSON.stringify(wanted)} among ${JSON.stringify(rest.map(map => map.attributes))}`)
    rest.splice(at, 1)
  }
  assert.deepEqual(rest, [], 'there are no further maps')
  for (const { id, attributes } of added) {
    const { mapkind, service, version, debug_id } = attributes
    if (!wireKinds.has(mapkind)) continue
    const release = service ? { service, version } : mapkind === 'js' ? { debug_id } : {}
    const [item] = await list(server, mapkind, { id, ...release })
    assert.ok(item && hasAll(attributes, item.attributes), `map ${id} is listed with other attributes`)
  }
}

/** datadog-ci sends a UUID that lies in two bundles twice, and whether the two archives are equal is a matter of timing. */
function oneOfEach(maps) {
  return [...new Map(maps.map(map => [`${map.attributes.mapkind} ${map.attributes.uuids}`, map])).values()]
}

function hasAll(attributes, wanted) {
  return Object.entries(wanted).every(([name, value]) =>
    value instanceof RegExp ? value.test(attributes[name]) : attributes[name] === value,
  )
}
