import type { Answer } from '../answer.ts'
import { sameTag } from '../entity-tag.ts'
import type { Asked } from '../route.ts'
import type { Asset } from './assets.ts'
import { docsSecurityPolicy } from './page.ts'

/** Answers with the asset, or with 304 when the browser's copy is still the same. A copy is always asked for before it is used. */
export function sendAsset({ headers: asked }: Pick<Asked, 'headers'>, { type, bytes, etag }: Asset): Answer {
  const headers = { etag, 'cache-control': 'no-cache', 'content-security-policy': docsSecurityPolicy }
  if (sameTag(asked['if-none-match'], etag)) return { status: 304, headers, body: '' }
  return { status: 200, headers: { ...headers, 'content-type': type }, body: bytes }
}
