import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { createMetrics } from '../../dist/http/metrics.js'
import { scratchFolder } from '../wire/running-server.mjs'
import { read, readYaml, root } from './files.mjs'

const promtool = (args, options) => spawnSync('promtool', args, { encoding: 'utf8', ...options })
const missing = promtool(['--version']).error && 'promtool is missing'
const rules = readYaml('deploy/alerts.yaml').groups.flatMap(group => group.rules)

/** Every series a server shows once its figures are known, histograms with their three; and what Prometheus adds. */
async function knownSeries() {
  const metrics = createMetrics()
  metrics.disk({ storedSize: 1, waitingSize: 1, freeSize: 1, growthPerDay: 1, daysUntilFull: 1 })
  const families = [...(await metrics.text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)]
  const series = families.flatMap(([, name, type]) => (type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]))
  return { families: families.map(([, name]) => name), series: new Set([...series, 'up']) }
}

/** The names before `{` and those of figures anywhere, without strings. */
const namesIn = text => new Set(text.replace(/"[^"]*"/g, '').match(/\b(?:mapkeep|nodejs|process)_\w+|\bup\b/g) ?? [])

describe('the alert rules', () => {
  test('are ones that Prometheus understands', { skip: missing }, () => {
    const { status, stdout, stderr } = promtool(['check', 'rules', path.join(root, 'deploy', 'alerts.yaml')])
    assert.equal(status, 0, stdout + stderr)
  })

  test('fire when they should, and are silent for a server that is well', { skip: missing }, async t => {
    const folder = await scratchFolder(t)
    for (const file of ['deploy/alerts.yaml', 'test/deploy/alerts.rules.yaml'])
      fs.copyFileSync(path.join(root, file), path.join(folder, path.basename(file)))
    const { status, stdout, stderr } = promtool(['test', 'rules', 'alerts.rules.yaml'], { cwd: folder })
    assert.equal(status, 0, stdout + stderr)
  })

  test('are all tried in both directions', () => {
    const alerts = rules.map(rule => rule.alert).sort()
    const [well, wrong] = readYaml('test/deploy/alerts.rules.yaml').tests
    assert.deepEqual(well.alert_rule_test.map(each => each.alertname).sort(), alerts)
    assert.deepEqual(wrong.promql_expr_test[0].exp_samples.map(each => /"(\w+)"/.exec(each.labels)[1]).sort(), alerts)
  })

  test('look only at figures that a server shows', async () => {
    const { series } = await knownSeries()
    for (const { alert, expr } of rules) {
      assert.ok(namesIn(expr).size > 0, alert)
      assert.deepEqual(
        [...namesIn(expr)].filter(name => !series.has(name)),
        [],
        alert,
      )
    }
  })

  test('each say how bad it is, what it is and what to do', () => {
    for (const { alert, labels, annotations } of rules) {
      assert.match(alert, /^Mapkeep[A-Z]/)
      assert.ok(['warning', 'critical'].includes(labels.severity), alert)
      assert.ok(annotations.summary && annotations.description, alert)
    }
  })
})

describe('the page about monitoring', () => {
  const page = read('docs/operate/monitoring.md')

  test('explains every figure of ours, and none that does not exist', async () => {
    const { families } = await knownSeries()
    const explained = [...page.matchAll(/^\| `(mapkeep_\w+)` /gm)].map(([, name]) => name)
    assert.deepEqual(explained.sort(), families.filter(name => name.startsWith('mapkeep_')).sort())
  })

  test('lists every alert', () => {
    const listed = [...page.matchAll(/^\| `(Mapkeep\w+)` /gm)].map(([, name]) => name)
    assert.deepEqual(listed.sort(), rules.map(rule => rule.alert).sort())
  })
})
