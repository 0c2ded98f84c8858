import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AuditEntry, AuditEvent, AuditPosition, AuditQuery } from '../../operations/ports/audit-catalog.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import { newKey } from './new-key.fixture.ts'
import { declareNew, jsUpload, type OpenCatalog, onCatalogOf, put } from './sample-uploads.fixture.ts'

/** The trail of what happened. */
export function describeAudit(open: OpenCatalog): void {
  const onCatalog = onCatalogOf(open)

  describe('the audit trail', () => {
    test(
      'is read newest first, in pages that neither skip nor repeat, whatever happened in the same moment',
      onCatalog(async catalog => {
        const times = [50, 30, 50, 40, 50, 30, 60]
        for (const at of times) await catalog.recordRefusal(refusal({ at }))
        const all = await eventsOf(catalog, { actions: ['deletion.refused'] })
        assert.deepEqual(
          all.map(({ at }) => at),
          [60, 50, 50, 50, 40, 30, 30],
        )
        assert.equal(new Set(all.map(({ id }) => id)).size, times.length)
        assert.deepEqual(await walk(catalog, { actions: ['deletion.refused'] }, 2), all)
        const some = await walk(catalog, { since: 40, until: 60 }, 2)
        assert.deepEqual(some, all.slice(1, 5))
        const later = { at: 70, id: 'evt_0' }
        assert.deepEqual(await catalog.auditEvents({ ...everything, since: 40, until: 60 }, later, 100), some)
      }),
    )

    test(
      'keeps an entry as it was told',
      onCatalog(async catalog => {
        const entry = refusal({ subject: 'op_7', detail: { status: 404, details: ['a', 'ü\u0000'], nested: { list: [1] } } })
        await catalog.recordRefusal(entry)
        const [{ id, actorName, ...kept } = assert.fail()] = await eventsOf(catalog, { subject: 'op_7' })
        assert.match(id, /^evt_[0-9a-f]{24}$/)
        assert.deepEqual([kept, actorName], [entry, 'key_1'])
        await catalog.recordRefusal(refusal({ address: undefined, subject: undefined, at: 99 }))
        const [bare] = await eventsOf(catalog, { since: 99 })
        assert.deepEqual([bare?.address, bare?.subject], [undefined, undefined])
      }),
    )

    test(
      'is filtered by all conditions at once',
      onCatalog(async catalog => {
        await catalog.recordRefusal(refusal({ at: 10, subject: 'a' }))
        await catalog.recordRefusal(refusal({ at: 20, subject: 'b', action: 'undo.refused' }))
        await catalog.recordRefusal(refusal({ at: 30, subject: 'c', actor: 'key_2' }))
        const subjects = async (query: Partial<AuditQuery>) =>
          (await eventsOf(catalog, { since: 10, ...query })).map(({ subject }) => subject).join('')
        assert.equal(await subjects({}), 'cba')
        assert.equal(await subjects({ actions: ['undo.refused'] }), 'b')
        assert.equal(await subjects({ actions: ['undo.refused', 'deletion.refused'] }), 'cba')
        assert.equal(await subjects({ actions: ['upload', 'undo.refused'] }), 'b')
        assert.equal(await subjects({ actor: 'key_2' }), 'c')
        assert.equal(await subjects({ subject: 'a' }), 'a')
        assert.equal(await subjects({ since: 20 }), 'cb')
        assert.equal(await subjects({ until: 20 }), 'a')
        assert.equal(await subjects({ since: 20, until: 30 }), 'b')
        assert.equal(await subjects({ actor: 'key_2', subject: 'a' }), '')
      }),
    )

    test(
      'names keys as they are called, but only those of its own organization',
      onCatalog(async catalog => {
        await catalog.createKey(newKey('a'))
        const name = async (organization: number) => {
          await catalog.recordRefusal(refusal({ organization, actor: 'key_a', at: 50 }))
          return (await eventsOf(catalog, { organization, actor: 'key_a' }))[0]?.actorName
        }
        assert.deepEqual([await name(1), await name(2)], ['key a', 'key_a'])
      }),
    )

    test(
      'belongs to one organization',
      onCatalog(async catalog => {
        const before = await eventsOf(catalog, { organization: 2 })
        await catalog.recordRefusal(refusal())
        await catalog.createKey(newKey('a'))
        await put(catalog, jsUpload('a'))
        assert.deepEqual(await eventsOf(catalog, { organization: 2 }), before)
        const position = { at: 1_000_000_000_000_000, id: 'evt_z' }
        assert.deepEqual(await catalog.auditEvents({ ...everything, organization: 2 }, position, 100), before)
      }),
    )

    describeUploads(onCatalog)
    describeKeys(onCatalog)
  })
}

type OnCatalog = ReturnType<typeof onCatalogOf>

function describeUploads(onCatalog: OnCatalog): void {
  const uploadsIn = async (catalog: Catalog) =>
    (await eventsOf(catalog, { actions: ['upload'] })).map(({ subject, actor, address, detail }) => ({ subject, actor, address, detail }))
  const by = { actor: 'key_1', address: '192.0.2.7' }

  test(
    'tells of every upload once, and which ones were repeats',
    onCatalog(async catalog => {
      const id = await put(catalog, jsUpload('a'))
      await put(catalog, jsUpload('a', { uploader: 'key_2' }))
      const told = { kind: 'js', service: 'shop', version: '1.0' }
      const events = (await uploadsIn(catalog)).toSorted((a, b) => Number(a.detail.repeat) - Number(b.detail.repeat))
      assert.deepEqual(events, [
        { subject: String(id), ...by, detail: { ...told, repeat: false } },
        { subject: String(id), ...by, actor: 'key_2', detail: { ...told, repeat: true } },
      ])
    }),
  )

  test(
    'tells of twins as one new map and one repeat, and of an upload that came to nothing not at all',
    onCatalog(async catalog => {
      const [one, other] = [await declareNew(catalog, jsUpload('a')), await declareNew(catalog, jsUpload('a'))]
      assert.deepEqual(await uploadsIn(catalog), [])
      await catalog.commitUpload(one.intent, jsUpload('a'))
      await catalog.commitUpload(other.intent, jsUpload('a'))
      const failed = await declareNew(catalog, jsUpload('b'))
      await catalog.abandonUpload(failed.intent)
      assert.deepEqual((await uploadsIn(catalog)).map(({ detail }) => detail.repeat).sort(), [false, true])
    }),
  )

  test(
    'keeps no more than the beginning of long names, and leaves out what a map does not have',
    onCatalog(async catalog => {
      await put(catalog, jsUpload('a', { attributes: { service: 's'.repeat(10_000) }, address: undefined }))
      const [event] = await uploadsIn(catalog)
      assert.deepEqual(event?.detail, { kind: 'js', repeat: false, service: 's'.repeat(200) })
      assert.equal(event.address, undefined)
    }),
  )
}

function describeKeys(onCatalog: OnCatalog): void {
  const told = async (catalog: Catalog, organization = 1) =>
    (await eventsOf(catalog, { organization })).map(({ action, actor, address, subject }) => [action, actor, address, subject])
  const beginning = [['organization.created', 'mapkeep', undefined, 'uuid-of-default']]

  test(
    'begins with the organization itself',
    onCatalog(async catalog => {
      assert.deepEqual(await told(catalog), beginning)
      assert.deepEqual(await told(catalog, 2), [['organization.created', 'command line', undefined, 'uuid-of-other']])
    }),
  )

  test(
    'tells of keys made and ended, each once, with neither secret nor hash',
    onCatalog(async catalog => {
      await catalog.createKey(newKey('a', { createdAt: 20, creator: 'command line', expiresAt: 5_000 }))
      await catalog.createKey(newKey('b', { createdAt: 30, creator: 'key_a' }), '192.0.2.9')
      const by = { actor: 'key_a', address: '192.0.2.9', organization: 1 }
      await catalog.revokeKey('key_b', { ...by, at: 40, organization: 2 })
      await catalog.revokeKey('key_b', { ...by, at: 50 })
      await catalog.revokeKey('key_b', { ...by, at: 60 })
      assert.deepEqual(await told(catalog), [
        ['key.revoked', 'key_a', '192.0.2.9', 'key_b'],
        ['key.created', 'key_a', '192.0.2.9', 'key_b'],
        ['key.created', 'command line', undefined, 'key_a'],
        ...beginning,
      ])
      const [first] = await eventsOf(catalog, { subject: 'key_a' })
      const detail = { type: 'application', name: 'key a', permissions: ['rum_apps_read'], expires_at: '1970-01-01T00:00:05.000Z' }
      assert.deepEqual(first?.detail, detail)
      assert.doesNotMatch(JSON.stringify(await eventsOf(catalog)), /hash of/)
    }),
  )

  test(
    'tells nothing of what did not come to be',
    onCatalog(async catalog => {
      await assert.rejects(catalog.createKey(newKey('a', { organizationName: 'nobody' })))
      await catalog.createKey(newKey('a', { createdAt: 20 }))
      await assert.rejects(catalog.createKey(newKey('a', { createdAt: 30 })))
      await assert.rejects(catalog.createOrganization('default', 'uuid-3', 5))
      assert.deepEqual(await told(catalog), [['key.created', 'test', undefined, 'key_a'], ...beginning])
    }),
  )
}

const everything: AuditQuery = { organization: 1, actions: [], actor: undefined, subject: undefined, since: undefined, until: undefined }

function eventsOf(catalog: Catalog, query: Partial<AuditQuery> = {}): Promise<readonly AuditEvent[]> {
  return catalog.auditEvents({ ...everything, ...query }, undefined, 1000)
}

async function walk(catalog: Catalog, query: Partial<AuditQuery>, limit: number): Promise<AuditEvent[]> {
  const found: AuditEvent[] = []
  for (let before: AuditPosition | undefined; ; before = found.at(-1)) {
    const page = await catalog.auditEvents({ ...everything, ...query }, before, limit)
    if (page.length === 0) return found
    assert.ok(page.length <= limit)
    found.push(...page)
  }
}

function refusal(changes: Partial<AuditEntry> = {}): AuditEntry {
  const base = { organization: 1, action: 'deletion.refused', at: 50, actor: 'key_1', address: '192.0.2.7', subject: 'a' } as const
  return { ...base, detail: {}, ...changes }
}
