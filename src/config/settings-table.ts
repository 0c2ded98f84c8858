import type { Setting } from './setting.ts'
import { setting, settingNames } from './settings.ts'

/** The documentation's table of settings, as Markdown. */
export function settingsTable(): string {
  const rows = settingNames.map(name => row(setting(name)))
  return ['| variable | flag | default | meaning | allowed |', '| --- | --- | --- | --- | --- |', ...rows, ''].join('\n')
}

/** The settings without a flag of their own, as lines of a help text. */
export function settingsHelp(): string {
  const width = Math.max(...settingNames.map(name => setting(name).variable.length))
  return settingNames.map(name => helpLine(setting(name), width)).join('\n')
}

function row({ variable, flag, standard, meaning, allowed, secret }: Setting<unknown>): string {
  const cells = [code(variable), code(flag?.split(' ')[0]), code(standard), meaning + (secret ? ' (secret)' : ''), allowed]
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function helpLine({ variable, standard, meaning }: Setting<unknown>, width: number): string {
  return `  ${variable.padEnd(width)}  ${meaning}${standard ? ` (default ${standard})` : ''}`
}

function code(text: string | undefined): string {
  return text ? `\`${text}\`` : ''
}
