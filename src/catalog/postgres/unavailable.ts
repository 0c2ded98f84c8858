import { Problem } from '../../domain/problem.ts'
import { StoreUnavailable } from '../../operations/ports/store-unavailable.ts'

/** SQLSTATE classes and codes of a server that is away, ending, full of connections, a standby, or too slow; and of conflicts without end. */
const passing = /^(?:08...|57P0[1-5]|57014|53[34]00|25006|25P0[1-4]|40001|40P01|55P03|0A000)$/

/** Of a connection that could not be made, or broke. */
const network = /^(?:ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|EADDRNOTAVAIL)/

/** The client's own words for the same, which have no code. */
const broken =
  /timeout exceeded when trying to connect|connection terminated|query read timeout|not queryable|connection error|cannot use a pool after/i

/** A catalog, or a part of it, with errors that tell its users what they can do: try again, or ask for something else. */
export function tellingErrors<Methods extends object>(catalog: Methods): Methods {
  const methods = Object.entries(catalog).map(([name, method]: [string, (...given: readonly unknown[]) => Promise<unknown>]) => {
    const telling = async (...given: readonly unknown[]) => {
      try {
        return await method(...given)
      } catch (error) {
        throw toOurs(error)
      }
    }
    return [name, telling]
  })
  return Object.fromEntries(methods) as Methods
}

/** What an error of the engine means to somebody who does not know the engine. */
export function toOurs(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Problem) return error
  const code = 'code' in error ? String(error.code) : ''
  if (passing.test(code) || network.test(code) || broken.test(error.message))
    return new StoreUnavailable(`the catalog does not answer now: ${error.message}`, { cause: error })
  if (code === '53100') return Object.assign(new Error('the disk of the catalog is full', { cause: error }), { code: 'ENOSPC' })
  // Text of the engine cannot have it; everything else that a client may send is checked before
  if (code === '22021') return new Problem('bad_request', 'A value has a NUL character (U+0000), which cannot be stored')
  return error
}
