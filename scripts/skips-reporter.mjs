// A reporter for `node --test` that writes one JSON line for each skipped test, and nothing else.
export default async function* skips(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' || data.skip === undefined) continue
    const reason = typeof data.skip === 'string' && data.skip !== '' ? data.skip : 'no reason given'
    yield `${JSON.stringify({ name: data.name, reason })}\n`
  }
}
