import path from 'node:path'
import { build } from 'esbuild'

// Bundles the shop into the folder named on the command line: two minified files, each with its source map
const app = path.join(import.meta.dirname, 'app')
await build({
  entryPoints: [path.join(app, 'shop.js'), path.join(app, 'admin.js')],
  outdir: process.argv[2],
  bundle: true,
  minify: true,
  sourcemap: true,
  format: 'esm',
  logLevel: 'info',
})
