import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { attachment } from './content-disposition.ts'

describe('the name of a download', () => {
  test('is the last part of the file name', () => {
    assert.equal(attachment('app.so'), 'attachment; filename="app.so"')
    assert.equal(attachment('../../etc/passwd'), 'attachment; filename="passwd"')
    assert.equal(attachment('C:\\temp\\a.pdb'), 'attachment; filename="a.pdb"')
  })

  test('cannot break out of its header', () => {
    const header = attachment('a"\r\nSet-Cookie: x=1; b')
    assert.doesNotMatch(header, /[\r\n]/)
    assert.match(header, /^attachment; filename="[\w .()+-]+"; filename\*=UTF-8''[\w.%~!-]+$/)
  })

  test('keeps other letters in the second form, and is never empty', () => {
    assert.equal(attachment('libmäp.so'), `attachment; filename="libm_p.so"; filename*=UTF-8''libm%C3%A4p.so`)
    assert.match(attachment(''), /^attachment; filename="file"/)
    assert.ok(attachment(`${'x'.repeat(199)}😀.so`).length < 1000)
  })
})
