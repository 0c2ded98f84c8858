import path from 'node:path'
import { InvalidValue } from './invalid-value.ts'

/** How much is logged, from least to most. */
export const logLevels = ['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const

/** One of {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number]

/** A host name or address to bind. */
export function parseHost(text: string): string {
  if (!/^[A-Za-z0-9.:%_-]{1,255}$/.test(text)) throw new InvalidValue()
  return text
}

/** A port; 0 picks a free one. */
export function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65535) throw new InvalidValue()
  return port
}

/** A folder or a file, as an absolute path. */
export function parsePath(text: string): string {
  if (text.includes('\0')) throw new InvalidValue()
  return path.resolve(text)
}

/** One of the log levels. */
export function parseLogLevel(text: string): LogLevel {
  const level = logLevels.find(each => each === text)
  if (!level) throw new InvalidValue()
  return level
}

/** A secret that fits a header. */
export function parseSecret(text: string): string {
  if (!/^[\x21-\x7e]{1,256}$/.test(text)) throw new InvalidValue()
  return text
}

/** A count; 0 means whatever the setting says it means. */
export function parseCount(text: string): number {
  if (!/^\d{1,12}$/.test(text)) throw new InvalidValue()
  return Number(text)
}

/** Connections of a pool that has some for long work and some for short. */
export function parseConnections(text: string): number {
  const count = Number(text)
  if (!/^\d{1,4}$/.test(text) || count < 4 || count > 1000) throw new InvalidValue()
  return count
}

/** `on` or `off`. */
export function parseSwitch(text: string): boolean {
  if (text !== 'on' && text !== 'off') throw new InvalidValue()
  return text === 'on'
}
