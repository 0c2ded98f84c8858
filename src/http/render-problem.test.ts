import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Problem, type ProblemCode, parameterReason, problems } from '../domain/problem.ts'
import { renderProblem } from './render-problem.ts'

describe('refusals', () => {
  const objects = { errors: 'objects', credentials: 'keys' } as const
  const strings = { errors: 'strings', credentials: 'upload' } as const
  const bodyOf = (answer: { body: unknown }) => JSON.parse(String(answer.body))

  test('are objects or strings as the route says, and 429 is strings always', () => {
    for (const code of Object.keys(problems) as ProblemCode[]) {
      const problem = new Problem(code, [parameterReason('p', 'one'), { detail: 'two' }])
      const expected = code === 'too_many_requests' ? ['one', 'two'] : undefined
      const { status, title } = problems[code]
      const object = { status: String(status), title }
      assert.deepEqual(
        bodyOf(renderProblem(problem, objects)).errors,
        expected ?? [
          { ...object, detail: 'one', source: { parameter: 'p' } },
          { ...object, detail: 'two' },
        ],
      )
      assert.deepEqual(bodyOf(renderProblem(problem, strings)).errors, ['one', 'two'])
    }
  })

  test('turn a bad key into 403 where only the API key counts', () => {
    const problem = new Problem('unauthorized', 'API key required')
    assert.equal(renderProblem(problem, objects).status, 401)
    assert.equal(renderProblem(problem, strings).status, 403)
  })

  test('of a full disk say so, since it passes, and nothing of where it is', () => {
    const full = [
      Object.assign(new Error("ENOSPC: no space left on device, write '/srv/x'"), { code: 'ENOSPC' }),
      Object.assign(new Error("EDQUOT: disk quota exceeded, write '/srv/x'"), { code: 'EDQUOT' }),
      new Error('database or disk is full'),
    ]
    for (const error of full) {
      const answer = renderProblem(error, objects)
      assert.equal(answer.status, 503)
      assert.match(String(answer.body), /no room on its disk/)
      assert.doesNotMatch(String(answer.body), /srv|database/)
      assert.ok(answer.headers?.['retry-after'])
    }
  })

  test('tell nothing of a fault but the id of its request', () => {
    const answer = renderProblem(new Error('secret of the inside'), objects, 'id-1')
    assert.equal(answer.status, 500)
    assert.doesNotMatch(String(answer.body), /secret/)
    assert.match(String(answer.body), /id-1/)
    assert.equal(answer.headers?.['retry-after'], answer.headers?.['x-ratelimit-reset'])
  })
})
