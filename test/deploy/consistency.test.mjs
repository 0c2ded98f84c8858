import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { settings } from '../../dist/config/settings.js'
import { allRoutes } from '../../dist/http/all-routes.js'
import { filesBelow, manifests, read, readYaml } from './files.mjs'
import { readDockerfile } from './read-dockerfile.mjs'

const files = ['Dockerfile', 'compose.yaml', ...filesBelow('deploy')]
const variables = new Set(Object.values(settings).map(setting => setting.variable))
const paths = new Set(allRoutes.map(route => route.path))
const { version } = JSON.parse(read('package.json'))

/** Every image that is run or built upon, with the file that names it. */
const images = [
  ...readDockerfile(read('Dockerfile')).map(({ image }) => ['Dockerfile', image]),
  ...Object.values(readYaml('compose.yaml').services).map(({ image }) => ['compose.yaml', image]),
  ...manifests().flatMap(({ file, object }) => (object.spec?.template?.spec.containers ?? []).map(({ image }) => [file, image])),
  ...readYaml('deploy/kubernetes/kustomization.yaml').images.map(({ newName, newTag }) => ['kustomization.yaml', `${newName}:${newTag}`]),
]

describe('everything that runs mapkeep', () => {
  test('sets only what is a setting', () => {
    for (const file of files) {
      const named = new Set(read(file).match(/\bMAPKEEP_[A-Z0-9_]+/g))
      assert.deepEqual(
        [...named].filter(name => !variables.has(name)),
        [],
        file,
      )
    }
  })

  test('asks only paths that are answered', () => {
    for (const file of files) {
      const asked = new Set(read(file).match(/\/(?:healthz|readyz|metrics)\b/g))
      // Of the balancer itself, on a port of its own
      const own = read(file).match(/127\.0\.0\.1:8191/) ? new Set(['/healthz']) : new Set()
      assert.deepEqual(
        [...asked].filter(path => !paths.has(path) && !own.has(path)),
        [],
        file,
      )
    }
    assert.ok(paths.has('/readyz') && paths.has('/healthz'))
  })

  test('names each image by a full version', () => {
    for (const [file, image] of images) {
      if (/(^|\/)mapkeep:/.test(image)) assert.ok(image.endsWith(`mapkeep:${version}`), `${file}: ${image}`)
      else assert.match(image, /^[\w./-]+:\d+\.\d+(\.\d+)?(-[\w.-]+)?$/, file)
    }
  })

  test('speaks of one port', () => {
    const standard = settings.port.standard
    assert.match(read('Dockerfile'), new RegExp(`^EXPOSE ${standard}$`, 'm'))
    for (const [, port] of read('deploy/haproxy.cfg').matchAll(/^ {2}server node\d node\d:(\d+)$/gm)) assert.equal(port, standard)
    const [{ object }] = manifests().filter(each => each.object.kind === 'Deployment')
    assert.equal(String(object.spec.template.spec.containers[0].ports[0].containerPort), standard)
    assert.ok(read('deploy/nginx.conf').includes(`server 127.0.0.1:${standard} `))
  })

  test('has the balancer send requests to the nodes there are', () => {
    const balanced = [...read('deploy/haproxy.cfg').matchAll(/^ {2}server (node\d) /gm)].map(([, name]) => name)
    const nodes = Object.entries(readYaml('compose.yaml').services).filter(([, { build }]) => build)
    assert.deepEqual(
      balanced,
      nodes.map(([name]) => name),
    )
  })
})
