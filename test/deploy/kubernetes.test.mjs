import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { filesBelow, manifests, read, readEnvironment, readYaml, root, seconds } from './files.mjs'

const folder = 'deploy/kubernetes'
const kustomization = readYaml(`${folder}/kustomization.yaml`)
const objects = manifests()
const only = kind => objects.find(({ object }) => object.kind === kind).object
const deployment = only('Deployment')
const pod = deployment.spec.template.spec
const [container] = pod.containers

/** The modules of the API's types that our objects need. */
const typeModules = { v1: 'core/v1', 'apps/v1': 'apps/v1', 'policy/v1': 'policy/v1', 'networking.k8s.io/v1': 'networking/v1' }

/** What the compiler says when the objects, written as literals, must have the types made from Kubernetes' OpenAPI document. */
function compile(workplace, literals) {
  const lines = literals.map(({ apiVersion, kind, ...rest }, index) => {
    const of = `import('kubernetes-types/${typeModules[apiVersion]}').${kind}`
    return `export const object${index}: ${of} = ${JSON.stringify({ apiVersion, kind, ...rest }, null, 1)}`
  })
  const file = path.join(workplace, 'objects.ts')
  fs.writeFileSync(file, lines.join('\n'))
  const flags = [
    '--noEmit',
    '--strict',
    '--module',
    'esnext',
    '--moduleResolution',
    'bundler',
    '--skipLibCheck',
    '--types',
    '',
    '--ignoreConfig',
  ]
  const { status, stdout } = spawnSync(process.execPath, [path.join(root, 'node_modules', 'typescript', 'bin', 'tsc'), ...flags, file], {
    encoding: 'utf8',
  })
  return status === 0 ? '' : stdout
}

describe('the objects', () => {
  let workplace

  // Below node_modules, since the compiler looks for the types from there upwards
  before(() => {
    fs.mkdirSync(path.join(root, 'node_modules', '.cache'), { recursive: true })
    workplace = fs.mkdtempSync(path.join(root, 'node_modules', '.cache', 'kubernetes-'))
  })
  after(() => fs.rmSync(workplace, { recursive: true, force: true }))

  test('have the types of the Kubernetes API, and no member that it does not know', () => {
    assert.deepEqual(
      objects.filter(({ object }) => !(object.apiVersion in typeModules)),
      [],
    )
    assert.equal(
      compile(
        workplace,
        objects.map(({ object }) => object),
      ),
      '',
    )
  })

  test('and a misspelt, missing or mistyped member is found out', () => {
    const misspelt = structuredClone(deployment)
    misspelt.spec.template.spec.containers[0].readynessProbe = container.readinessProbe
    assert.match(compile(workplace, [misspelt]), /readynessProbe/)
    const mistyped = structuredClone(deployment)
    mistyped.spec.replicas = 'three'
    assert.match(compile(workplace, [mistyped]), /not assignable to type 'number/)
    const { selector, ...spec } = deployment.spec
    assert.match(compile(workplace, [{ ...deployment, spec }]), /'selector' is missing/)
  })
})

describe('the kustomization', () => {
  test('has every manifest of its folder, and nothing else', () => {
    const files = filesBelow(folder).map(file => path.relative(folder, file))
    assert.deepEqual(
      kustomization.resources.toSorted(),
      files.filter(file => file.endsWith('.yaml') && file !== 'kustomization.yaml'),
    )
    assert.deepEqual(kustomization.configMapGenerator, [{ name: 'mapkeep', envs: ['mapkeep.env'] }])
    assert.deepEqual(kustomization.secretGenerator, [{ name: 'mapkeep', envs: ['secret.env'] }])
    assert.ok(files.includes('mapkeep.env') && files.includes('secret.env.example'))
  })

  test('keeps secrets out of what is committed', () => {
    const ignored = read('.gitignore').split('\n')
    assert.ok(ignored.includes('secret.env') && ignored.includes('.env'))
    const { MAPKEEP_DATABASE_URL: url, ...secrets } = readEnvironment(`${folder}/secret.env.example`)
    assert.match(url, /:PASSWORD@/)
    assert.deepEqual(
      Object.values(secrets).filter(value => value !== ''),
      [],
    )
    assert.deepEqual(
      Object.keys(readEnvironment(`${folder}/mapkeep.env`)).filter(name => /KEY|TOKEN|DATABASE/.test(name)),
      [],
    )
  })
})

describe('the pods', () => {
  test('run as nobody in particular, with a root file system that cannot be written', () => {
    const { runAsNonRoot, runAsUser, seccompProfile } = pod.securityContext
    assert.deepEqual([runAsNonRoot, runAsUser, seccompProfile.type], [true, 1000, 'RuntimeDefault'])
    assert.deepEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    assert.equal(pod.automountServiceAccountToken, false)
    const volumes = new Map(pod.volumes.map(volume => [volume.name, volume]))
    assert.deepEqual(
      container.volumeMounts.map(mount => mount.mountPath),
      ['/data', '/tmp'],
    )
    for (const mount of container.volumeMounts) assert.ok(volumes.get(mount.name).emptyDir.sizeLimit)
  })

  test('are asked for readiness before they get requests, and restarted only when they hang', () => {
    assert.equal(container.readinessProbe.httpGet.path, '/readyz')
    assert.equal(container.livenessProbe.httpGet.path, '/healthz')
    assert.equal(container.startupProbe.httpGet.path, '/healthz')
    const ports = new Set(container.ports.map(port => port.name))
    for (const probe of ['readinessProbe', 'livenessProbe', 'startupProbe']) assert.ok(ports.has(container[probe].httpGet.port))
    // The server itself gives its stores two seconds
    assert.ok(container.readinessProbe.timeoutSeconds > 2)
  })

  test('are found by everything that looks for them', () => {
    const labels = deployment.spec.template.metadata.labels
    assert.deepEqual(deployment.spec.selector.matchLabels, labels)
    assert.deepEqual(only('Service').spec.selector, labels)
    assert.deepEqual(only('PodDisruptionBudget').spec.selector.matchLabels, labels)
    assert.deepEqual(only('NetworkPolicy').spec.podSelector.matchLabels, labels)
    for (const spread of pod.topologySpreadConstraints) assert.deepEqual(spread.labelSelector.matchLabels, labels)
    const [{ port }] = only('Service').spec.ports.map(each => ({ port: each.name }))
    assert.deepEqual(only('Ingress').spec.rules[0].http.paths[0].backend.service, {
      name: only('Service').metadata.name,
      port: { name: port },
    })
    assert.equal(pod.serviceAccountName, only('ServiceAccount').metadata.name)
  })

  test('have time for the requests in flight', () => {
    const grace = seconds(readEnvironment(`${folder}/mapkeep.env`).MAPKEEP_SHUTDOWN_GRACE)
    assert.ok(container.lifecycle.preStop.sleep.seconds + grace < pod.terminationGracePeriodSeconds)
  })

  test('are never all gone at once', () => {
    assert.ok(deployment.spec.replicas > only('PodDisruptionBudget').spec.maxUnavailable)
    assert.equal(deployment.spec.strategy.rollingUpdate.maxUnavailable, 0)
  })
})
