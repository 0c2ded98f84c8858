// Writes every file of the repository that derives from the code. With --check it writes nothing and exits 1 where one differs.
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { commandsPage } from './commands-page.mjs'
import { decisionsPage } from './decisions-page.mjs'
import { dependenciesPage } from './dependencies-page.mjs'
import { kindsPage } from './kinds-page.mjs'
import { openapiText } from './openapi-text.mjs'
import { proofPage } from './proof-page.mjs'
import { settingsPage } from './settings-page.mjs'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

const pages = {
  'openapi.json': openapiText,
  'docs/wire/kinds.md': kindsPage,
  'docs/operate/settings.md': settingsPage,
  'docs/operate/commands.md': commandsPage,
  'docs/operate/dependencies.md': () =>
    dependenciesPage({ lockFile: path.join(root, 'package-lock.json'), packageFile: path.join(root, 'package.json') }),
  'docs/proof.md': proofPage,
  'docs/decisions/README.md': () => decisionsPage(path.join(root, 'docs', 'decisions')),
}

const checkOnly = process.argv.includes('--check')
const different = []
for (const [file, page] of Object.entries(pages)) {
  const target = path.join(root, file)
  const text = await page()
  if (fs.existsSync(target) && fs.readFileSync(target, 'utf8') === text) continue
  different.push(file)
  if (!checkOnly) fs.writeFileSync(target, text)
}

if (checkOnly && different.length > 0) {
  console.error(`not what the code says: ${different.join(', ')}; run npm run generate`)
  process.exitCode = 1
} else console.log(different.length > 0 ? `written: ${different.join(', ')}` : 'nothing has changed')
