import { isIP } from 'node:net'
import { InvalidValue } from './invalid-value.ts'

/** How trusted proxies are written, for people. */
export const proxyAddressSyntax =
  'a list of IP addresses, ranges such as 10.0.0.0/8, and loopback (127.0.0.0/8, ::1), linklocal, uniquelocal (private networks)'

const groups: readonly string[] = ['loopback', 'linklocal', 'uniquelocal']

/** Addresses of proxies, apart by commas; throws {@link InvalidValue}, also for a range that is everybody. */
export function parseProxyAddresses(text: string): readonly string[] {
  const entries = text.split(',').map(each => each.trim())
  if (!entries.every(each => groups.includes(each) || isAddressOrRange(each))) throw new InvalidValue()
  return entries
}

function isAddressOrRange(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/')
  const family = isIP(address)
  if (family === 0 || address.includes('%') || more.length > 0) return false
  return prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128))
}
