import { readFileSync } from 'node:fs'
import { bundled, expect, type Stage } from './stage.ts'

/** One step of the demo; throws a Failure when it does not do what it says. */
export type Step = (stage: Stage) => Promise<void>

const release = ['--service', 'demo-shop', '--version', '1.0.0']

/** The story in order. */
export const demoSteps: readonly Step[] = [bundle, upload, list, content, download, preview, remove, gone, undo, back]

async function bundle(stage: Stage): Promise<void> {
  stage.title('1. Bundle a small application: five files become two, minified, with source maps')
  const { exitCode } = await stage.program('node demo/bundle.mjs build', { file: stage.checkout.bundle, args: ['build'] })
  expect(exitCode === 0, 'the bundler succeeds')
}

async function upload(stage: Stage): Promise<void> {
  stage.title("2. Upload it with Datadog's own uploader, unmodified, pointed at this server by DATADOG_SOURCEMAP_INTAKE_URL")
  const flags = [
    '--service',
    'demo-shop',
    '--release-version',
    '1.0.0',
    '--minified-path-prefix',
    'https://static.example.test/assets',
    '--disable-git',
  ]
  const args = ['sourcemaps', 'upload', 'build', ...flags]
  const ended = await stage.program(`datadog-ci ${args.join(' ')}`, {
    file: stage.checkout.datadogCi,
    args,
    hide: /WARN|datadog\.invalid/,
  })
  expect(ended.exitCode === 0 && /Uploaded 2 files|2 sourcemaps/i.test(ended.text), 'datadog-ci uploads two source maps')
  stage.note('(It also wanted to report metrics about itself; that address was made invalid, and its warning is left out here.)')
}

async function list(stage: Stage): Promise<void> {
  stage.title('3. List what is there')
  expect(countMaps(await stage.mapkeep('list', ...release)) === 2, 'the list shows two maps')
}

async function content(stage: Stage): Promise<void> {
  stage.title("4. Read a map's content as Datadog's API shows it")
  const path = '/api/v2/sourcemaps?filename=/assets/shop.js&service=demo-shop&version=1.0.0'
  stage.note(`GET ${path}`)
  const { apiKey, applicationKey, url } = stage.server
  const response = await fetch(url + path, { headers: { 'dd-api-key': apiKey, 'dd-application-key': applicationKey } })
  expect(response.status === 200, 'the map is found')
  const { attributes } = (
    (await response.json()) as { data: { attributes: { sources: string[]; mappings: string; minifiedLineLengths: number[] } } }
  ).data
  stage.note(`sources              ${attributes.sources.map(source => source.split('/').at(-1)).join(', ')}`)
  stage.note(`mappings             ${attributes.mappings.length} characters`)
  stage.note(`minifiedLineLengths  ${attributes.minifiedLineLengths.join(', ')}`)
  const original = JSON.parse(readFileSync(bundled(stage, 'shop.js.map'), 'utf8')) as { mappings: string }
  expect(attributes.mappings === original.mappings, 'its mappings are those of the bundler')
}

async function download(stage: Stage): Promise<void> {
  stage.title('5. Download a file as it was uploaded')
  const { text } = await stage.mapkeep('list', ...release, '--filename', 'shop.js', '--json')
  const { data } = JSON.parse(text) as { data: { id: string }[] }
  const { exitCode } = await stage.mapkeep('get', data[0]?.id ?? '', '--part', 'source_map', '--output', 'downloaded.map')
  expect(exitCode === 0, 'the download succeeds')
  const same = readFileSync(`${stage.folder}/downloaded.map`).equals(readFileSync(bundled(stage, 'shop.js.map')))
  expect(same, 'the downloaded bytes are the uploaded ones')
  stage.note('downloaded.map equals build/shop.js.map, byte for byte')
}

async function preview(stage: Stage): Promise<void> {
  stage.title('6. Preview a deletion')
  const ended = await stage.mapkeep('delete', '--kind', 'js', ...release, '--dry-run')
  expect(countMaps(ended) === 2, 'the preview shows two maps')
  expect(/ on disk come back/.test(ended.text) && / --plan pln_/.test(ended.text), 'it says what comes back and how to carry it out')
  expect(countMaps(await stage.mapkeep('list', ...release)) === 2, 'both are still there')
}

async function remove(stage: Stage): Promise<void> {
  stage.title('7. Delete them')
  const ended = await stage.mapkeep('delete', '--kind', 'js', ...release, '--yes')
  expect(ended.exitCode === 0 && ended.text.includes('Deleted 2 maps'), 'two maps are deleted')
  expect(ended.text.includes('mapkeep undo op_1'), 'the command that takes it back is named')
}

async function gone(stage: Stage): Promise<void> {
  stage.title('8. They are gone')
  const ended = await stage.mapkeep('list', ...release)
  expect(ended.exitCode === 1 && countMaps(ended) === 0, 'the list is empty')
}

async function undo(stage: Stage): Promise<void> {
  stage.title('9. Undo the deletion')
  const ended = await stage.mapkeep('undo', 'op_1', '--yes')
  expect(ended.exitCode === 0 && ended.text.includes('brought back 2 maps'), 'both maps come back')
}

async function back(stage: Stage): Promise<void> {
  stage.title('10. They are back, under their old ids')
  expect(countMaps(await stage.mapkeep('list', ...release)) === 2, 'the list shows two maps again')
}

/** The rows of a table of maps in what a command said. */
function countMaps({ text }: { readonly text: string }): number {
  return text.split('\n').filter(line => /^\s*\d+ {2}js /.test(line)).length
}
