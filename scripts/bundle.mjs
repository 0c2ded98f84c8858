// Puts what the program and each of its threads load into a few files: opening a thousand small ones is half of a server's start.
import fs from 'node:fs'
import path from 'node:path'
import { build } from 'esbuild'

const common = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // A binary with its loader, a folder of files, and what `pg` only tries
  external: ['@photostructure/sqlite', 'swagger-ui-dist', 'pg-native'],
  // Packages of the older kind ask for Node's own modules by `require`
  banner: { js: "import { createRequire as bundleRequire } from 'node:module';const require = bundleRequire(import.meta.url);" },
  legalComments: 'eof',
  logLevel: 'warning',
  write: false,
}

/** Bundles src/ into dist/, beside the single modules, which the tests import; gives the names of the files below dist/. */
export async function bundle({ src, dist }) {
  const entry = (name, more) =>
    build({ ...common, ...more, absWorkingDir: path.dirname(src), outdir: dist, outbase: src, entryPoints: [path.join(src, `${name}.ts`)] })
  const built = await Promise.all([
    entry('catalog/sqlite/thread', {}),
    entry('symbolication/map-worker', {}),
    entry('main', { splitting: true, chunkNames: 'main-[hash]', plugins: [keepingPlaces({ src })] }),
  ])
  // main.js last: a program that starts meanwhile finds all that its main.js asks for
  const files = built.flatMap(({ outputFiles }) => outputFiles).sort((a, b) => isMain(a) - isMain(b))
  for (const file of files) replace(file)
  return files.map(file => path.relative(dist, file.path))
}

const isMain = file => Number(path.basename(file.path) === 'main.js')

// A module that has moved into a bundle at the top of dist/ still means its own folder when it says where something lies.
const keepingPlaces = ({ src }) => ({
  name: 'keeping-places',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, ({ path: file }) => {
      const text = fs.readFileSync(file, 'utf8')
      if (!file.startsWith(src) || !text.includes('import.meta.')) return
      const place = JSON.stringify(`./${path.relative(src, file)}`)
      const folder = JSON.stringify(path.dirname(path.relative(src, file)))
      const contents = text
        .replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`)
        .replaceAll('import.meta.dirname', `process.getBuiltinModule('node:path').join(import.meta.dirname, ${folder})`)
      if (/import\.meta\.(?!url|dirname)/.test(text)) throw new Error(`${file} asks import.meta for what a bundle does not know`)
      return { contents, loader: 'ts' }
    }),
})

// Each at once, because a server may be starting from these very files; not at all when nothing has changed.
const replace = ({ path: file, contents }) => {
  if (fs.existsSync(file) && Buffer.compare(fs.readFileSync(file), contents) === 0) return
  const partial = `${file}.partial`
  fs.writeFileSync(partial, contents)
  fs.renameSync(partial, file)
}
