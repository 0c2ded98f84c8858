import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { docsPage, docsScript, docsStyle } from './page.ts'

/** A file of the documentation page, ready to be sent. */
export interface Asset {
  readonly type: string
  readonly bytes: Buffer
  readonly etag: string
}

const css = 'text/css; charset=utf-8'
const javascript = 'text/javascript; charset=utf-8'

/** The files of the viewer's package that are served; nothing else of it is. */
const packaged: Readonly<Record<string, string>> = {
  'favicon-32x32.png': 'image/png',
  'swagger-ui-bundle.js': javascript,
  'swagger-ui-bundle.js.LICENSE.txt': 'text/plain; charset=utf-8',
  'swagger-ui.css': css,
}

const own: Readonly<Record<string, Omit<Asset, 'etag' | 'bytes'> & { readonly text: string }>> = {
  'page.css': { type: css, text: docsStyle },
  'page.html': { type: 'text/html; charset=utf-8', text: docsPage },
  'page.js': { type: javascript, text: docsScript },
}

/** The names of all files of the page. */
export const assetNames: readonly string[] = [...Object.keys(packaged), ...Object.keys(own)]

/** One file of the page by its exact name; nothing for any other name, so no path leads outside. */
export async function readAsset(name: string): Promise<Asset | undefined> {
  if (Object.hasOwn(own, name)) return ownAsset(name)
  const type = Object.hasOwn(packaged, name) ? packaged[name] : undefined
  return type ? toAsset(type, await readFile(createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`))) : undefined
}

/** An asset of these bytes; the ETag is a digest of them. */
export function toAsset(type: string, bytes: Buffer): Asset {
  return { type, bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url')}"` }
}

function ownAsset(name: string): Asset | undefined {
  const found = own[name]
  return found && toAsset(found.type, Buffer.from(found.text))
}
