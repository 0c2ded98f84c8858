import { existsSync } from 'node:fs'
import path from 'node:path'
import { Failure } from '../failure.ts'

/** The programs and sources that the demo uses, as paths. */
export interface Checkout {
  readonly mapkeep: string
  readonly bundle: string
  readonly datadogCi: string
}

/** Finds the demo's material; a {@link Failure} unless mapkeep runs from a checkout with its development dependencies. */
export function findCheckout(): Checkout {
  const root = findRoot(import.meta.dirname)
  const checkout = {
    mapkeep: path.resolve(import.meta.dirname, '..', '..', 'main.js'),
    bundle: path.join(root, 'demo', 'bundle.mjs'),
    datadogCi: path.join(root, 'node_modules', '@datadog', 'datadog-ci', 'dist', 'bundle.js'),
  }
  const needed = [...Object.values(checkout), path.join(root, 'node_modules', 'esbuild')]
  const missing = needed.filter(file => !existsSync(file))
  if (missing.length > 0) throw new Failure('refused', `the demo runs from a checkout after npm ci; there is no ${missing.join(', ')}`)
  return checkout
}

function findRoot(folder: string): string {
  return existsSync(path.join(folder, 'package.json')) ? folder : findRoot(path.dirname(folder))
}
