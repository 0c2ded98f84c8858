import { type Command, Option } from 'commander'
import type { Flags } from '../config/read-settings.ts'
import { type SettingName, setting } from '../config/settings.ts'

/** Adds the flags of these settings, from their table. */
export function addSettingFlags(command: Command, names: readonly SettingName[]): Command {
  for (const name of names) {
    const { flag, variable, standard, meaning } = setting(name)
    if (flag) command.addOption(new Option(flag, `${meaning} (${variable}, default ${standard})`))
  }
  return command
}

/** The values of the flags of settings among all options of a command. */
export function settingFlags(options: Readonly<Record<string, unknown>>, names: readonly SettingName[]): Flags {
  return Object.fromEntries(
    names.flatMap(name => {
      const { flag } = setting(name)
      const value = flag && options[new Option(flag).attributeName()]
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
}
