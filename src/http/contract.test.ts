import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allRoutes } from './all-routes.ts'
import { createContract } from './contract.ts'

test('the contract is made once per server, not once per request', () => {
  const contract = createContract(allRoutes, '1.2.3')
  assert.equal(contract(), contract())
  assert.equal(JSON.parse(contract().bytes.toString()).info.version, '1.2.3')
  assert.notEqual(createContract(allRoutes, '1.2.4')().etag, contract().etag)
})
