/** Bytes of an answer that are made while they are sent. */
export type Chunks = AsyncIterable<string | Uint8Array>

/** What a route answers. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Text or bytes to send whole, or a way to make them piece by piece; a HEAD request never asks for the pieces. */
  readonly body: string | Uint8Array | (() => Promise<Chunks>)
}

/** An answer of JSON text. */
export function jsonText(text: string, status = 200): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: text }
}

/** An answer of plain data as JSON. */
export function json(value: unknown, status = 200): Answer {
  return jsonText(JSON.stringify(value), status)
}
