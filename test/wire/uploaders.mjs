import fs from 'node:fs/promises'
import path from 'node:path'
import { cleanEnvironment, run, scratchFolder } from './running-server.mjs'

const root = path.join(import.meta.dirname, '..', '..')
const datadogCiProgram = path.join(root, 'node_modules', '@datadog', 'datadog-ci', 'dist', 'bundle.js')

/** Programs that datadog-ci starts, the Debian package that has them, and what they are called there where that differs. */
const programs = {
  objcopy: { package: 'binutils', names: /^objcopy$/ },
  dwarfdump: { package: 'llvm', names: /^(llvm-)?dwarfdump(-\d+)?$/ },
  lipo: { package: 'llvm', names: /^(llvm-)?lipo(-\d+)?$/ },
  zip: { package: 'zip', names: /^zip$/ },
  unzip: { package: 'unzip', names: /^unzip$/ },
}

/** The project's input files in a git repository of their own, as an uploader finds them in a build. */
export async function inputsInGit(t) {
  const folder = path.join(await scratchFolder(t), 'inputs')
  await fs.mkdir(temporaryFolder(folder), { recursive: true })
  await fs.cp(path.join(root, 'test', 'fixtures', 'inputs'), folder, { recursive: true })
  const env = cleanEnvironment({ GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' })
  const git = async (...args) => {
    const { code, output } = await run('git', ['-c', 'user.name=ci', '-c', 'user.email=ci@acme.example', ...args], { cwd: folder, env })
    if (code !== 0) throw new Error(`git ${args.join(' ')}: ${output}`)
    return output.trim()
  }
  await git('init', '-q', '.')
  await git('add', 'src')
  await git('commit', '-qm', 'inputs')
  await git('remote', 'add', 'origin', 'https://ci:token@github.com/acme/shop.git')
  return { folder, commit: await git('rev-parse', 'HEAD') }
}

/**
 * Runs the unmodified datadog-ci in a folder against a server; its tools are looked up in `bin` first. `pointing`: the variables that
 * lead it there.
 */
export function datadogCi({ server, folder, bin = '', apiKey = server.keys.apiKey, pointing = intakeUrls(server) }, ...args) {
  const env = cleanEnvironment({
    DATADOG_API_KEY: apiKey,
    DD_BETA_COMMANDS_ENABLED: '1',
    ...pointing,
    TMPDIR: temporaryFolder(folder),
    PATH: bin ? `${bin}${path.delimiter}${process.env.PATH}` : process.env.PATH,
  })
  return run(process.execPath, [datadogCiProgram, ...args], { cwd: folder, env })
}

/** Why a command cannot run here, or nothing. */
export async function missingProgram(needed) {
  for (const name of needed) {
    if (!(await onPath(name))) return `${name} is not installed (Debian: ${programs[name].package})`
  }
  return undefined
}

/** A folder in which LLVM's tools have the names that datadog-ci calls. */
export async function appleToolNames(t) {
  const bin = await scratchFolder(t)
  for (const name of ['dwarfdump', 'lipo']) {
    const tool = await onPath(name)
    if (tool) await fs.symlink(tool, path.join(bin, name))
  }
  return bin
}

/** Full addresses, and a site that does not exist for the calls that heed none. */
function intakeUrls({ url }) {
  return { DATADOG_SITE: 'datadog.invalid', DATADOG_SOURCEMAP_INTAKE_URL: url, DATADOG_DSYM_INTAKE_URL: url }
}

/** A place beside the inputs for what datadog-ci leaves in the temporary folder. */
function temporaryFolder(folder) {
  return `${folder}.tmp`
}

async function onPath(name) {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const files = await fs.readdir(folder).catch(() => [])
    const found = files.find(file => programs[name].names.test(file))
    if (found) return path.join(folder, found)
  }
  return undefined
}
