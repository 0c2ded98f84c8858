import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { type Kind, kind, kindOfEventType } from '../domain/kinds.ts'
import { toItem } from '../domain/source-map.ts'
import { intakeLimits } from './limits.ts'
import { receiveUpload } from './receive-upload.ts'
import { type Capture, captureRequest, captures, type HashedFile, hashingReceiver, requestOf } from './upload-samples.ts'

const limits = intakeLimits({ fileBytes: 2 ** 20, archiveBytes: 2 ** 20 })

const tool = { origin: 'datadog-ci', origin_version: '5.25.0' }

/** The manifest says nothing of kinds that Datadog's API does not list; this is what their events say. */
const unlisted: Readonly<Record<string, unknown>> = {
  'pe-breakpad': {
    mapkind: 'pe',
    size: 200,
    arch: 'x64',
    file_name: 'cart.pdb',
    pdb_age: '1',
    pdb_sig: '0BF1BB2E-4B1D-4B6F-A3A0-C6D5E4F30102',
    symbol_source: 'debug_info',
    ...tool,
  },
  ppdb: {
    mapkind: 'ppdb',
    size: 32,
    assembly_name: 'Acme.Shop',
    debug_id: '2b7f7c1e-58a3-4f39-9a77-0c0c7be0aa55',
    file_name: 'Acme.Shop.pdb',
    ...tool,
  },
  wasm: { mapkind: 'wasm', size: 2126, build_id: '61636d652d7761736d2d6275696c6469', file_name: 'parse.wasm', ...tool },
  repository: { mapkind: 'repository', size: 627 },
}

for (const capture of captures()) {
  test(`the recorded upload ${capture.name} is read down to its attributes, bytes and code`, async () => {
    const { headers, body } = captureRequest(capture.file)
    const receiver = hashingReceiver()
    const upload = await receiveUpload(requestOf(body, headers), receiver, limits)
    const { description, files, repository } = upload

    assert.equal(description.kind, kindOfEventType(capture.event_type))
    assert.deepEqual(shown(description.kind, description.attributes, files), capture.attributes ?? unlisted[capture.name])
    assert.deepEqual(files.map(describeFile), expectedFiles(capture, description.kind))
    assert.deepEqual(repository && { repository_url: repository.url, commit_sha: repository.commit }, capture.git ?? undefined)
    assert.equal(receiver.held.size, files.length, 'files that are not part of the upload were discarded')
    const sent = capture.parts?.find(part => part.name === 'event')
    assert.equal(createHash('sha256').update(upload.event).digest('hex'), sent?.sha256, 'the event is kept as sent')
  })
}

function shown(name: Kind, attributes: object, files: readonly { spooled: HashedFile }[]): Record<string, unknown> {
  const item = toItem({ id: 1, kind: name, size: files[0]?.spooled.size ?? 0, createdAt: 0, attributes })
  const { created_at, blob_storage_sourcemap_path, ...rest } = item.attributes
  return rest
}

function describeFile(file: { part: string; fileName: string | undefined; spooled: HashedFile }): unknown {
  return { name: file.part, filename: file.fileName ?? null, size: file.spooled.size, sha256: file.spooled.digest }
}

function expectedFiles(capture: Capture, name: Kind): unknown {
  const parts = kind(name).parts.flatMap(part => capture.parts?.filter(each => each.name === part) ?? [])
  return parts.map(({ name: part, filename, size, sha256 }) => ({ name: part, filename, size, sha256 }))
}
