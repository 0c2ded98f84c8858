import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { uploadTarget } from './upload-target.ts'

describe('the target of an upload', () => {
  test('loses its base path and keeps its query', () => {
    assert.equal(uploadTarget('/intake/api/v2/srcmap?a=/b'), '/api/v2/srcmap?a=/b')
    assert.equal(uploadTarget('/api/v2/srcmap'), '/api/v2/srcmap')
  })

  test('is every other target unchanged', () => {
    for (const target of ['/', '/x?y=/api/v2/srcmap', '/api/v2/srcmaps', '/api/v2/srcmap/']) assert.equal(uploadTarget(target), target)
  })
})
