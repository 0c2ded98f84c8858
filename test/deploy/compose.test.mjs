import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { DCLinter } from 'dclint'
import { filesBelow, read, readEnvironment, readYaml, root, seconds } from './files.mjs'

const compose = readYaml('compose.yaml')
const services = Object.entries(compose.services)
const nodes = services.filter(([, service]) => service.build)

/** Faults that the schema of compose files and the linter's rules find; matters of taste, such as the order of keys, are warnings. */
const faultsOf = file =>
  new DCLinter({ rules: {}, quiet: true, debug: false, exclude: [] })
    .lintFiles([file], false)
    .flatMap(result => result.messages)
    .filter(message => message.type === 'error')
    .map(message => `${message.line}: ${message.rule} ${message.message}`)

describe('compose.yaml', () => {
  test('keeps the schema of the Compose specification', () => {
    assert.deepEqual(faultsOf(path.join(root, 'compose.yaml')), [])
  })

  test('and a file that does not is found out', () => {
    assert.match(
      faultsOf(path.join(root, 'test', 'deploy', 'broken-compose.yaml')).join('\n'),
      /invalid-schema .*services\/node1.*additional properties/,
    )
  })

  test('starts three nodes that differ in nothing but their volume', () => {
    assert.deepEqual(
      nodes.map(([name]) => name),
      ['node1', 'node2', 'node3'],
    )
    const [first, ...others] = nodes.map(([, { volumes, ...rest }]) => rest)
    for (const other of others) assert.deepEqual(other, first)
    assert.equal(new Set(nodes.flatMap(([, { volumes }]) => volumes)).size, 3)
  })

  test('lets no service gain rights or run without limits, and the nodes write to volumes alone', () => {
    for (const [name, service] of services) {
      assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name)
      assert.ok(service.deploy.resources.limits.memory, name)
    }
    for (const [, node] of nodes) assert.deepEqual([node.read_only, node.cap_drop], [true, ['ALL']])
  })

  test('publishes the balancer alone, on loopback unless told otherwise', () => {
    const published = services.filter(([, { ports }]) => ports).map(([name, { ports }]) => [name, ports.map(port => port.host_ip)])
    assert.deepEqual(published, [['balancer', ['${' + 'PUBLISH_ADDRESS:-127.0.0.1}']]])
    assert.equal(compose.networks.stores.internal, true)
    for (const name of ['postgres', 's3', 'bucket']) assert.deepEqual(compose.services[name].networks, ['stores'], name)
  })

  test('waits for what is needed, and looks after everything that stays up', () => {
    for (const [name, { healthcheck, restart, build }] of services) {
      if (restart !== 'no' && !build) assert.ok(healthcheck, name) // that of a node is in its image
    }
    for (const [, { depends_on }] of nodes) {
      assert.equal(depends_on.postgres.condition, 'service_healthy')
      assert.equal(depends_on.bucket.condition, 'service_completed_successfully')
    }
  })

  test('names only volumes, networks and configs that it declares', () => {
    for (const [name, { volumes = [], networks, configs = [] }] of services) {
      const named = volumes.map(volume => volume.split(':')[0]).filter(source => !source.startsWith('.'))
      assert.deepEqual(
        named.filter(volume => !(volume in compose.volumes)),
        [],
        name,
      )
      assert.deepEqual(
        networks.filter(network => !(network in compose.networks)),
        [],
        name,
      )
      assert.deepEqual(
        configs.filter(({ source }) => !(source in compose.configs)),
        [],
        name,
      )
    }
    const mounted = services
      .flatMap(([, { volumes = [] }]) => volumes.map(volume => volume.split(':')[0]))
      .filter(source => source.startsWith('./'))
    assert.deepEqual(
      mounted.filter(source => !filesBelow('deploy').includes(path.normalize(source))),
      [],
    )
  })

  test('gives every stop more time than the requests in flight get', () => {
    for (const [, node] of nodes) assert.ok(seconds(node.stop_grace_period) > seconds(node.environment.MAPKEEP_SHUTDOWN_GRACE))
  })

  test('has no secret in it: each comes from the environment, and the example names them all', () => {
    const asked = new Set([...read('compose.yaml').matchAll(/(?<!\$)\$\{([A-Z0-9_]+)/g)].map(([, name]) => name))
    const given = readEnvironment('deploy/compose.env.example')
    assert.deepEqual([...asked].sort(), Object.keys(given).sort())
    assert.deepEqual(
      Object.keys(given).filter(name => /KEY|PASSWORD|TOKEN/.test(name) && given[name] !== ''),
      [],
    )
    const secrets = nodes.flatMap(([, { environment }]) =>
      Object.entries(environment).filter(([name]) => /KEY|PASSWORD|TOKEN|DATABASE/.test(name)),
    )
    for (const [name, value] of secrets) assert.match(value, /\$\{[A-Z0-9_]+:[?-]/, name)
  })
})
