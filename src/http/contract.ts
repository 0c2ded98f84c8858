import { type Asset, toAsset } from './docs/assets.ts'
import { openApiText } from './openapi/document.ts'
import type { Route } from './route.ts'

/** The contract of these routes, made when it is first asked for and then kept: it is large, and the same for everyone. */
export function createContract(routes: readonly Route[], version: string): () => Asset {
  let made: Asset | undefined
  return () => {
    made ??= toAsset('application/json', Buffer.from(openApiText(routes, version)))
    return made
  }
}
