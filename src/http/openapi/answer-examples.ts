import { downloadPath } from '../../domain/source-map.ts'
import { exampleItem } from './example-item.ts'

const item = exampleItem('js')
const anyItem = exampleItem('pe')
const debugId = '0f9d5e6c-7e1a-4c55-9f6f-3a9f2c1b7a10'

/** What an operation answers, by operation id and a name of the case; for answers that are too long to stand in their route. */
export const answerExamples: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  DeleteSourcemaps: { ...dryRun(item), 'real run': affected(item, operation('2026-02-14T10:00:00.000Z')) },
  RestoreSourcemaps: { ...dryRun(item), 'real run': affected(item, operation()) },
  DeleteSourcemapsOfAnyKind: { ...dryRun(anyItem), 'real run': affected(anyItem, operation('2026-02-14T10:00:00.000Z')) },
  RestoreSourcemapsOfAnyKind: { ...dryRun(anyItem), 'real run': affected(anyItem, operation()) },
  UndoOperation: {
    undone: affected(item, { dry_run: false, operation: { id: 'op_13', undoes: 'op_12' } }),
    'undone in part': undoneInPart(),
  },
  ListSourcemaps: { 'only page': page(item), 'more to come': page(item, { has_more_results: true, total_filtered_count: 250 }) },
  ListSourcemapsOfAnyKind: { 'only page': page(anyItem) },
  GetSourcemaps: { map: { data: { id: 'assets/main.js', type: 'sourcemap_files', attributes: content() } } },
  GetServiceRepositoryInfo: {
    known: info('success', { repository_url: 'https://github.com/acme/shop', commit_sha: commit() }),
    miss: info('not_found'),
  },
  CheckSourcemapsExist: { answer: { data: { type: 'check_exists', id: 'check_exists', attributes: { results: { [debugId]: true } } } } },
  GetSourcemapDetail: { 'live map': { data: { ...item, attributes: { ...item.attributes, ...beside() } } } },
}

function dryRun(shown: typeof item) {
  const plan = { id: 'pln_5kQ2vXr9TzAbW0cY', expires_at: '2026-01-15T11:00:00.000Z' }
  const held = [{ id: '9', hold: 'hld_7Hq2mZ4xKw0B', reason: 'LTS' }]
  return { 'dry run': affected(shown, { dry_run: true, plan }), 'dry run, a map held': affected(shown, { dry_run: true, plan, held }) }
}

function affected(shown: typeof item, { dry_run, ...rest }: { dry_run: boolean; plan?: object; operation?: object; held?: object[] }) {
  const totals = { count: 1, size: shown.attributes.size, freed_size: 9120, shared_size: 0 }
  return { meta: { dry_run, totals, ...rest }, data: [shown] }
}

function undoneInPart() {
  const { meta, data } = affected(item, { dry_run: false, operation: { id: 'op_13', undoes: 'op_12' } })
  return { meta: { ...meta, left: { purged: 0, moved_on: 1, held: 0 } }, data }
}

function operation(undoUntil?: string) {
  return { dry_run: false, operation: { id: 'op_12', ...(undoUntil ? { undo_until: undoUntil } : {}) } }
}

function page(shown: typeof item, more: object = { has_more_results: false, total_filtered_count: 1 }) {
  return { data: [shown], meta: { page: more } }
}

function content() {
  const lists = { minifiedLineLengths: [14], names: [], sources: ['src/main.ts'], sourcesContent: ['console.log(1)\n'] }
  return { file: 'main.js', mappings: 'AAAA', sourceRoot: '', version: 3, ...lists }
}

function info(status: string, more: object = {}) {
  return { data: { id: 'shop:1.4.2', type: 'service_repository_info', attributes: { status, ...more } } }
}

function commit(): string {
  return '2b1f0c9d8e7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c'
}

function beside() {
  const path = `/${downloadPath(Number(item.id), 'source_map')}`
  const sha256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'
  const file = { part: 'source_map', file_name: 'source_map', size: item.attributes.size, stored_size: 9120, sha256, path }
  const repository = { url: 'https://github.com/acme/shop', commit: commit() }
  return { state: 'live', files: [file], uploader: { id: 'key_2Yb0Qm4vT8xK', name: 'first api key' }, repository }
}
