/** A Content-Disposition that makes browsers save, never show, with a name that no header or file system trips over. */
export function attachment(fileName: string): string {
  const last = fileName.slice(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1)
  // By characters, so that none is cut in half
  const base = Array.from(last).slice(0, 200).join('')
  const plain = base.replace(/[^\w .()+-]/g, '_') || 'file'
  const exact = encodeURIComponent(base).replace(/['()*]/g, letter => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
  return plain === base ? `attachment; filename="${plain}"` : `attachment; filename="${plain}"; filename*=UTF-8''${exact}`
}
