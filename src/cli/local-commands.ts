import { type Command, InvalidArgumentError, Option } from 'commander'
import { durationSyntax } from '../config/duration.ts'
import type { Flags } from '../config/read-settings.ts'
import { type SettingName, setting, settingNames } from '../config/settings.ts'
import { settingsHelp } from '../config/settings-table.ts'
import { type Permission, permissionNames, permissions } from '../domain/permissions.ts'
import type { Administration, KeyOrder } from './administration.ts'
import { addBackup, type BackUpStores } from './backup.ts'
import { addCopy, type CopyStores } from './copy.ts'
import { addDisk, type DiskFigures } from './disk.ts'
import { duration } from './duration-flag.ts'
import { Failure } from './failure.ts'
import { addFsck, type InspectStores } from './fsck.ts'
import { createKey, listKeys, revokeKey } from './keys.ts'
import { createOrganization, listOrganizations } from './organizations.ts'
import { addPurge, type PurgeWork } from './purge.ts'
import { addRestoreBackup, type RestoreBackup } from './restore-backup.ts'
import { addSettingFlags, settingFlags } from './setting-flags.ts'
import type { Terminal } from './terminal.ts'

/** The commands that need the stores themselves; whoever chooses the stores gives them. */
export interface LocalWork extends PurgeWork {
  /** Serves until it is told to stop. */
  readonly serve: (flags: Flags) => Promise<void>
  /** Makes or updates the stores; resolves with the names of the migrations that ran. */
  readonly migrate: (flags: Flags) => Promise<readonly string[]>
  readonly openAdministration: (flags: Flags) => Promise<Administration>
  /** What everyone's maps take of the volume. */
  readonly readDisk: (flags: Flags) => Promise<DiskFigures>
  readonly inspect: InspectStores
  /** Copies an installation to other stores. */
  readonly copy: CopyStores
  readonly backUp: BackUpStores
  readonly restoreBackup: RestoreBackup
}

type Options = Readonly<Record<string, unknown>>

const flagged = settingNames.filter(name => setting(name).flag !== undefined)
const catalogFlags: readonly SettingName[] = ['data', 'database']

/** Adds the commands that open the stores named by the settings. */
export function addLocalCommands(program: Command, terminal: Terminal, work: LocalWork): void {
  const administer = <Wish>(options: Options, wish: Wish, act: (t: Terminal, a: Administration, w: Wish) => Promise<void>) =>
    withAdministration(work, options, administration => act(terminal, administration, wish))
  addServe(program, work)
  addMigrate(program, terminal, work)
  addKeys(program, terminal, administer)
  addOrganizations(program, administer)
  addDisk(program, terminal, work.readDisk)
  addPurge(program, terminal, work)
  addFsck(program, terminal, work.inspect)
  addCopy(program, terminal, work.copy)
  addBackup(program, terminal, work.backUp)
  addRestoreBackup(program, terminal, work.restoreBackup)
}

type Administer = <Wish>(
  options: Options,
  wish: Wish,
  act: (terminal: Terminal, administration: Administration, wish: Wish) => Promise<void>,
) => Promise<void>

async function withAdministration(
  work: LocalWork,
  options: Options,
  act: (administration: Administration) => Promise<void>,
): Promise<void> {
  const administration = await work.openAdministration(settingFlags(options, catalogFlags))
  try {
    await act(administration)
  } finally {
    await administration.close()
  }
}

function addServe(program: Command, work: LocalWork): void {
  addSettingFlags(program.command('serve').description('start a server'), flagged)
    .addHelpText('after', `\nSettings, as environment variables:\n${settingsHelp()}`)
    .action((options: Options) => work.serve(settingFlags(options, flagged)))
}

function addMigrate(program: Command, terminal: Terminal, work: LocalWork): void {
  addSettingFlags(program.command('migrate').description('make the catalog, or bring it up to date'), catalogFlags).action(
    async (options: Options) => {
      const ran = await work.migrate(settingFlags(options, catalogFlags))
      terminal.output.write(`${ran.length > 0 ? ran.map(name => `ran ${name}`).join('\n') : 'The catalog is up to date.'}\n`)
    },
  )
}

function addKeys(program: Command, terminal: Terminal, administer: Administer): void {
  const keys = program.command('keys').description('create, list and revoke keys, beside a running server')
  addSettingFlags(keys.command('create').description('make a key; its secret is printed once, alone on stdout'), catalogFlags)
    .addOption(
      new Option('--type <type>', 'api keys upload, application keys carry permissions')
        .choices(['api', 'application'])
        .makeOptionMandatory(),
    )
    .requiredOption('--name <name>', 'what the key is for')
    .option('--org <name>', 'organization it belongs to', 'default')
    .addOption(permissionFlag())
    .addOption(new Option('--expires <duration>', `when it ends: ${durationSyntax}`).argParser(duration))
    .option('--json', 'print the key and its secret as JSON')
    .action((options: Options) =>
      administer(options, { order: keyOrder(options, terminal.clock()), json: options.json === true }, createKey),
    )
  addSettingFlags(keys.command('list').description('show all keys, never their secrets'), catalogFlags)
    .option('--org <name>', 'only those of this organization')
    .option('--json', 'print JSON: {data: [key…]}')
    .action((options: Options) =>
      administer(options, { organization: options.org as string | undefined, json: options.json === true }, listKeys),
    )
  addSettingFlags(keys.command('revoke').description('end a key at once'), catalogFlags)
    .argument('<id>', 'id of the key, as keys list shows it')
    .action((id: string, options: Options) => administer(options, id, revokeKey))
}

function addOrganizations(program: Command, administer: Administer): void {
  const organizations = program.command('orgs').description('create and list organizations, beside a running server')
  addSettingFlags(organizations.command('create').description('make an organization'), catalogFlags)
    .argument('<name>', 'its name')
    .option('--json', 'print JSON')
    .action((name: string, options: Options) => administer(options, { name, json: options.json === true }, createOrganization))
  addSettingFlags(organizations.command('list').description('show all organizations'), catalogFlags)
    .option('--json', 'print JSON: {data: [organization…]}')
    .action((options: Options) => administer(options, { json: options.json === true }, listOrganizations))
}

function permissionFlag(): Option {
  const meanings = permissionNames.map(name => `${name} (${permissions[name]})`).join(', ')
  const parse = (text: string, previous: readonly Permission[] | undefined) => {
    const found = permissionNames.find(name => name === text)
    if (!found) throw new InvalidArgumentError(`Allowed are ${permissionNames.join(', ')}.`)
    return [...new Set([...(previous ?? []), found])]
  }
  return new Option('--permission <name>', `of an application key, repeatable: ${meanings}; without any, rum_apps_read`).argParser(parse)
}

function keyOrder(options: Options, now: number): KeyOrder {
  const type = options.type as KeyOrder['type']
  const given = options.permission as readonly Permission[] | undefined
  const name = String(options.name).trim()
  if (name === '') throw new Failure('usage', '--name must not be empty')
  if (type === 'api' && given) throw new Failure('usage', '--permission is for application keys; an API key only uploads')
  const wanted = given ?? (['rum_apps_read'] as const)
  const expires = options.expires as number | undefined
  if (expires === 0) throw new Failure('usage', '--expires must lie in the future')
  return {
    type,
    name,
    organization: String(options.org),
    permissions: type === 'api' ? [] : wanted,
    expiresAt: expires === undefined ? undefined : now + expires,
  }
}
