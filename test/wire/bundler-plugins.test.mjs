import assert from 'node:assert/strict'
import fs from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { call, download, everyMap, filters, list, repositoryInfo, sha256 } from './api.mjs'
import { cleanEnvironment, run, startServer } from './running-server.mjs'
import { inputsInGit } from './uploaders.mjs'

const modules = path.join(import.meta.dirname, '..', '..', 'node_modules')
const sourcemaps = { service: 'shop-web', minifiedPathPrefix: 'https://static.acme.example/assets', bailOnError: true }
const rum = { enable: true, sourceCodeContext: { service: 'shop-web', version: '1.4.2', debugId: true } }

test('the unmodified bundler plugins', async t => {
  const server = await startServer(t)
  const { folder, commit } = await inputsInGit(t)
  // A bundler looks for its plugin from the folder it builds
  await fs.symlink(modules, path.join(folder, 'node_modules'))
  const place = { server, folder }

  await t.test('Vite uploads every chunk of a build', async () => {
    const release = { ...sourcemaps, releaseVersion: '1.4.2' }
    await build(place, viteConfig({ errorTracking: { enable: true, sourcemaps: release } }))
    const items = await list(server, 'js', { service: 'shop-web', version: '1.4.2' })
    assert.deepEqual(items.map(nameOf).sort(), ['admin', 'cart', 'checkout', 'main'])
    for (const { id, attributes } of items) await checkItem(place, id, attributes)
    let info = await repositoryInfo(server, 'shop-web', '1.4.2')
    // On a slow machine the plugin uploads before git has answered it, and says nothing of the repository; the next build tells it
    for (let more = 0; info.status === 'no_repository' && more < 3; more++) {
      await build(place, viteConfig({ errorTracking: { enable: true, sourcemaps: release } }))
      info = await repositoryInfo(server, 'shop-web', '1.4.2')
    }
    assert.deepEqual(info, { status: 'success', repository_url: 'https://github.com/acme/shop.git', commit_sha: commit })
  })

  await t.test('the same Vite build again makes no map', async () => {
    const before = await everyMap(server)
    await build(place, viteConfig({ errorTracking: { enable: true, sourcemaps: { ...sourcemaps, releaseVersion: '1.4.2' } } }))
    assert.equal((await everyMap(server)).length, before.length)
  })

  // Vite's default minifier rewrites the plugin's snippet so that the plugin does not find its debug id; esbuild leaves it alone
  await t.test('Vite uploads by debug id alone', async () => {
    const before = await everyMap(server)
    await build(place, viteConfig({ errorTracking: { enable: true, sourcemaps: { debugId: true } }, rum }, { minify: 'esbuild' }))
    const added = (await everyMap(server)).slice(before.length)
    assert.equal(added.length, 4)
    for (const { id, attributes } of added) {
      assert.equal(attributes.service, undefined)
      const query = { mapkind: 'js', search_by: 'debug_id', ...filters({ debug_id: attributes.debug_id.toUpperCase() }) }
      const { json } = await call(server, 'GET /api/v2/sourcemaps/list', { query })
      assert.deepEqual(
        json.data.map(item => item.id),
        [id],
      )
    }
  })

  await t.test('Vite uploads with release and debug id at once', async () => {
    const release = { ...sourcemaps, releaseVersion: '1.4.3' }
    await build(place, viteConfig({ errorTracking: { enable: true, sourcemaps: release }, rum }, { minify: 'esbuild' }))
    const items = await list(server, 'js', { service: 'shop-web', version: '1.4.3' })
    assert.equal(items.length, 4)
    for (const { attributes } of items) assert.match(attributes.debug_id, /^[0-9a-f-]{36}$/)
  })

  await t.test('webpack uploads every chunk of a build', async () => {
    await build(place, webpackConfig({ errorTracking: { enable: true, sourcemaps: { ...sourcemaps, releaseVersion: '2.0.0' } } }))
    const items = await list(server, 'js', { service: 'shop-web', version: '2.0.0' })
    const files = (await fs.readdir(path.join(folder, 'out-webpack'))).filter(file => file.endsWith('.js'))
    assert.deepEqual(items.map(item => item.attributes.file_name).sort(), files.sort())
  })
})

async function checkItem({ server, folder }, id, attributes) {
  const { domain, absolute_path, file_name, size } = attributes
  assert.deepEqual([domain, absolute_path], ['static.acme.example', `/assets/assets/${file_name}`])
  const file = path.join(folder, 'out-vite', 'assets', file_name)
  const [map, minified] = await Promise.all([`${file}.map`, file].map(name => fs.readFile(name)))
  assert.equal(size, map.length)
  assert.equal(sha256((await download(server, id, 'source_map')).bytes), sha256(map))
  assert.equal(sha256((await download(server, id, 'minified_file')).bytes), sha256(minified))
}

function nameOf({ attributes }) {
  return /^[a-z]+/.exec(attributes.file_name)?.[0]
}

/** Writes the program that builds and runs it; the plugins take the complete upload URL, unlike datadog-ci. */
async function build({ server, folder }, script) {
  await fs.writeFile(path.join(folder, 'build.mjs'), script)
  const env = cleanEnvironment({ DD_API_KEY: server.keys.apiKey, DATADOG_SOURCEMAP_INTAKE_URL: `${server.url}/api/v2/srcmap` })
  const { code, output } = await run(process.execPath, ['build.mjs'], { cwd: folder, env })
  assert.equal(code, 0, output)
}

function viteConfig(options, more = {}) {
  return `import { build } from 'vite'
import { datadogVitePlugin } from '@datadog/vite-plugin'
await build({
  configFile: false,
  logLevel: 'warn',
  build: {
    outDir: 'out-vite', emptyOutDir: true, sourcemap: true, ...${JSON.stringify(more)},
    rollupOptions: { input: { main: 'src/js/main.js', admin: 'src/js/admin.js' } },
  },
  plugins: [datadogVitePlugin({ auth: { apiKey: process.env.DD_API_KEY }, ...${JSON.stringify(options)} })],
})`
}

function webpackConfig(options) {
  return `import { createRequire } from 'node:module'
import path from 'node:path'
const require = createRequire(import.meta.url)
const { datadogWebpackPlugin } = require('@datadog/webpack-plugin')
require('webpack')({
  mode: 'production',
  devtool: 'source-map',
  context: import.meta.dirname,
  entry: { main: './src/js/main.js', admin: './src/js/admin.js' },
  output: { path: path.join(import.meta.dirname, 'out-webpack') },
  plugins: [datadogWebpackPlugin({ auth: { apiKey: process.env.DD_API_KEY }, ...${JSON.stringify(options)} })],
}, (error, stats) => {
  if (error || stats.hasErrors()) {
    console.error(error ?? stats.toString())
    process.exitCode = 1
  }
})`
}
