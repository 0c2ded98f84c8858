import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { scratchFolder } from '../wire/running-server.mjs'
import { read, root, seconds } from './files.mjs'

const unit = read('deploy/mapkeep.service')
const analyze = (...args) => spawnSync('systemd-analyze', args, { encoding: 'utf8' })
const missing = analyze('--version').error && 'systemd-analyze is missing'

/** The last value of a directive. */
const directive = name => [...unit.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].at(-1)?.[1]

describe('the unit for systemd', () => {
  test('is one that systemd understands, every directive of it', { skip: missing }, async t => {
    const folder = await scratchFolder(t)
    // The program itself is looked for, too, and need not be where users have it
    const file = path.join(folder, 'mapkeep.service')
    fs.writeFileSync(file, unit.replace('/usr/bin/node', process.execPath))
    const { status, stdout, stderr } = analyze('verify', '--man=no', file)
    assert.deepEqual([status, stdout, stderr], [0, '', ''])
    fs.writeFileSync(file, unit.replace('ProtectSystem=', 'ProtectSytem='))
    assert.match(analyze('verify', '--man=no', file).stderr, /ProtectSytem/)
  })

  test('is exposed as little as systemd itself can tell', { skip: missing }, () => {
    const { status, stdout } = analyze('security', '--offline=true', '--threshold=15', path.join(root, 'deploy', 'mapkeep.service'))
    assert.equal(status, 0, stdout)
  })

  test('leaves V8 the right to make machine code, and takes every other', () => {
    assert.equal(directive('MemoryDenyWriteExecute'), 'no')
    assert.equal(directive('CapabilityBoundingSet'), '')
    assert.equal(directive('ProtectSystem'), 'strict')
    assert.equal(directive('NoNewPrivileges'), 'yes')
  })

  test('lets the server write to its own folder only, which is where its data are', () => {
    const [, data] = /MAPKEEP_DATA=(\S+)/.exec(directive('Environment'))
    assert.equal(data, path.join('/var/lib', directive('StateDirectory')))
    assert.equal(directive('ReadWritePaths'), undefined)
  })

  test('waits longer for a stop than the server waits for requests', () => {
    const [, grace] = /MAPKEEP_SHUTDOWN_GRACE=(\S+)/.exec(directive('Environment'))
    assert.ok(Number(directive('TimeoutStopSec')) > seconds(grace))
  })

  test('does not start again what a wrong setting ended', () => {
    assert.equal(directive('Restart'), 'on-failure')
    assert.equal(directive('RestartPreventExitStatus'), '2')
  })
})
