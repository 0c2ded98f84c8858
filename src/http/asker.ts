import { isIPv6 } from 'node:net'

/**
 * Under which name requests of an address are counted: an IPv6 address by its first 64 bits, since whoever has one usually has the
 * others of its network, too, and could guess keys from each anew.
 */
export function askerOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return `address ${address}`
  const [plain = ''] = address.split('%')
  const [head = '', tail] = plain.split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail ? tail.split(':') : []
  const missing = tail === undefined ? [] : Array.from({ length: 8 - first.length - last.length }, () => '0')
  const network = [...first, ...missing, ...last].slice(0, 4).map(group => Number.parseInt(group, 16).toString(16))
  return `address ${network.join(':')}::/64`
}
