// How a request that met a failing file system must be answered.
import assert from 'node:assert/strict'

/** What no answer may show: paths, error names and sentences of the system or of the database, stacks. */
const internal = /\/(tmp|var|work|home|blobs)\b|\bE[A-Z]{3,}\b|SQLITE|disk I\/O|malformed|read-?only|no space left|node:|\bat .*:\d+/

/** A fault is 500, a full disk 503, in the shape of the route, with the time to wait and without anything of the inside. */
export function checkRefusal(work, { status, headers, json, text }) {
  assert.ok(status === 500 || status === 503, `${work} was answered with ${status} ${text}`)
  assert.ok(Number(headers.get('retry-after')) > 0, `${work}: a ${status} without retry-after`)
  const [error, ...more] = json?.errors ?? []
  assert.deepEqual(more, [], `${work}: one reason`)
  if (/upload/.test(work)) assert.equal(typeof error, 'string', `${work}: an upload's errors are texts: ${text}`)
  else
    assert.deepEqual([error?.status, typeof error?.title, typeof error?.detail], [String(status), 'string', 'string'], `${work}: ${text}`)
  assert.doesNotMatch(text, internal, `${work}: nothing of the inside is told`)
}
