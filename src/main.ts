#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { LocalWork } from './cli/local-commands.ts'
import { run } from './cli/program.ts'
import { serve } from './cli/serve.ts'
import { print, type Terminal } from './cli/terminal.ts'
import { type Flags, readSettings, unknownVariables } from './config/read-settings.ts'
import type { Settings } from './config/setting.ts'
import { readTarget } from './config/target-settings.ts'

const terminal: Terminal = {
  environment: process.env,
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  clock: Date.now,
}
const version = readVersion(import.meta.dirname)
const args = process.argv.slice(2)

// What opens stores is loaded only by the commands that need it: a client of a running server starts four times as fast without
const work: LocalWork = {
  serve: async flags => {
    const settings = settingsOf(flags)
    const { startServer } = await import('./compose/start-server.ts')
    await serve(terminal, version, () => startServer(settings, version))
  },
  migrate: async flags => {
    const settings = settingsOf(flags)
    return (await import('./compose/catalogs.ts')).migrateCatalog(settings)
  },
  openAdministration: async flags => {
    const settings = settingsOf(flags)
    return (await import('./compose/open-administration.ts')).openAdministration(settings)
  },
  readDisk: async flags => {
    const settings = settingsOf(flags)
    return (await import('./compose/read-disk.ts')).readDisk(settings)
  },
  inspect: async (flags, order) => {
    const settings = settingsOf(flags)
    return (await import('./compose/inspect-stores.ts')).inspectStores(settings, order)
  },
  copy: async (flags, to, order) => {
    const source = settingsOf(flags)
    const target = readTarget(process.env, to, source)
    return (await import('./compose/copy-stores.ts')).copyStores(source, target, order)
  },
  purge: async (flags, order) => {
    const settings = settingsOf(flags)
    return (await import('./compose/purge-stores.ts')).purgeStores(settings, order)
  },
  suspendPurge: async (flags, until) => {
    const settings = settingsOf(flags)
    return (await import('./compose/suspend-purge.ts')).suspendPurge(settings, until)
  },
  backUp: async (flags, order) => {
    const settings = settingsOf(flags)
    return (await import('./compose/backup/back-up-stores.ts')).backUpStores(settings, version, order)
  },
  restoreBackup: async (flags, order) => {
    const settings = settingsOf(flags)
    return (await import('./compose/backup/restore-backup.ts')).restoreBackup(settings, order)
  },
}

// A reader that has seen enough, such as head, is no fault; and a server outlives whoever read its log
process.stdout.on('error', () => args[0] !== 'serve' && process.exit())
process.stderr.on('error', () => {})
process.exitCode = await run(args, terminal, { work, version })
// A stopped server waits for nobody: a compression that outlasted the stop is cleared up by the next start
if (args[0] === 'serve') process.exit()

function settingsOf(flags: Flags): Settings {
  for (const name of unknownVariables(process.env)) print(terminal, `mapkeep: ${name} is set, but there is no such setting`, 'errors')
  return readSettings(process.env, flags)
}

function readVersion(folder: string): string {
  const file = path.join(folder, 'package.json')
  if (!existsSync(file)) return readVersion(path.dirname(folder))
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
