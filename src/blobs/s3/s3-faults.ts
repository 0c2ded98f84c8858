import { StoreUnavailable } from '../../operations/ports/store-unavailable.ts'
import type { S3Place } from './s3-place.ts'

/** The server answered, and its answer is no that stays no. */
export class S3Refusal extends Error {
  readonly code: string
  readonly status: number

  constructor(message: string, code: string, status: number) {
    super(message)
    this.name = 'S3Refusal'
    this.code = code
    this.status = status
  }
}

const connection = /^(E(CONN\w+|TIMEDOUT|PIPE|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH|NETDOWN|HOSTDOWN|PROTO)|UND_ERR_SOCKET)$/
const passing = /^(TimeoutError|AbortError|RequestTimeout|SlowDown|Throttl\w*|TooManyRequests\w*|ServiceUnavailable|InternalError)$/

const hints: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is no such bucket',
  // An answer to HEAD has no code of its own, and of objects nobody asks like this
  NotFound: 'there is no such bucket',
  AccessDenied: 'these credentials may not do this; docs/operate/s3.md lists the permissions',
  InvalidAccessKeyId: 'the server does not know these credentials',
  SignatureDoesNotMatch: 'the secret of these credentials is not the one that the server knows',
  AuthorizationHeaderMalformed: 'the bucket is in another region',
  PermanentRedirect: 'the bucket is in another region',
  RequestTimeTooSkewed: 'the clocks of this machine and the server differ',
  CredentialsProviderError: 'no credentials were found (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, a profile or a role)',
}

/** What an error of the S3 client means: may it pass, or does it stay? Names the bucket and the server, never credentials. */
export function toFault(error: unknown, place: S3Place): Error {
  if (error instanceof S3Refusal || error instanceof StoreUnavailable) return error
  const { name, code, status, message } = describe(error)
  const where = `bucket ${place.bucket} at ${place.endpoint ?? 'Amazon S3'}`
  if (isPassing(name, code, status)) {
    return new StoreUnavailable(`${where} does not answer now: ${status ? `${status} ${name}` : message}`, { cause: error })
  }
  // Not the client's error as a cause: the server's answer may repeat the credentials in it
  return new S3Refusal(`${where} refuses: ${[name, status, hints[name]].filter(Boolean).join(', ')}`, name, status)
}

/** Whether an error is a refusal of one of these codes or this status. */
export function isRefused(error: unknown, ...answers: readonly (string | number)[]): boolean {
  return error instanceof S3Refusal && (answers.includes(error.code) || answers.includes(error.status))
}

function isPassing(name: string, code: string, status: number): boolean {
  if (passing.test(name)) return true
  if (status > 0) return status === 429 || status === 408 || (status >= 500 && status !== 501)
  return connection.test(code)
}

function describe(error: unknown) {
  const { name, message, code, $metadata, $response } = (error ?? {}) as {
    readonly name?: string
    readonly message?: string
    readonly code?: string
    readonly $metadata?: { readonly httpStatusCode?: number }
    readonly $response?: { readonly statusCode?: number }
  }
  const status = $metadata?.httpStatusCode ?? $response?.statusCode ?? 0
  return { name: String(name), code: String(code), status, message: String(message) }
}
