import { type PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3'
import { toFault } from './s3-faults.ts'
import type { S3Limits } from './s3-limits.ts'
import type { S3Place } from './s3-place.ts'

/** What every request may take beside its command. */
interface RequestOptions {
  readonly abortSignal: AbortSignal
}

/** One place on an S3 server, and the connections to it. */
export class S3Bucket {
  readonly name: string
  readonly limits: S3Limits
  readonly client: S3Client
  /** Whether the server is still thought to understand `If-None-Match` on writing. */
  conditions = true
  /** Whether the server is still thought to remove many objects in one request. */
  batches = true
  readonly #place: S3Place
  readonly #root: string

  constructor(place: S3Place, limits: S3Limits) {
    const prefix = place.prefix.replace(/^\/+|\/+$/g, '')
    this.name = place.bucket
    this.limits = limits
    this.client = openClient(place, limits)
    this.#place = place
    this.#root = prefix === '' ? '' : `${prefix}/`
  }

  /** The key of what lies at this path below the root of the store. */
  key(path: string): string {
    return this.#root + path
  }

  /** The path below the root of the store, the other way round. */
  path(key: string): string {
    return key.slice(this.#root.length)
  }

  /** Which object a command is about. */
  object(path: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.name, Key: this.key(path) }
  }

  /** What a command that makes an object says of encryption. */
  encryption(): Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'> {
    const { encryption } = this.#place
    if (encryption === undefined) return {}
    if (encryption === 'AES256' || encryption === 'aws:kms') return { ServerSideEncryption: encryption }
    return { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: encryption.slice('aws:kms:'.length) }
  }

  /**
   * Asks the server, for a limited time and until `signal`. Throws StoreUnavailable where a later attempt may succeed, and
   * S3Refusal where the server said no.
   */
  async ask<Answer>(work: (options: RequestOptions) => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
    const deadline = new AbortController()
    // Cleared with the answer, whose body may take longer
    const timer = setTimeout(() => deadline.abort(), this.limits.requestTimeout)
    try {
      return await work({ abortSignal: signal ? AbortSignal.any([deadline.signal, signal]) : deadline.signal })
    } catch (error) {
      throw this.fault(error)
    } finally {
      clearTimeout(timer)
    }
  }

  /** What an error of the client means. */
  fault(error: unknown): Error {
    return toFault(error, this.#place)
  }

  close(): void {
    this.client.destroy()
  }
}

function openClient({ endpoint, region, pathStyle }: S3Place, limits: S3Limits): S3Client {
  // Readers hold a connection each, and they must not keep uploads from theirs
  const agent = { maxSockets: 512 }
  const found = region ?? (endpoint ? 'us-east-1' : undefined)
  // Which versions of Node work is for this program to say; the client's own notice would stand among the log lines
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
  return new S3Client({
    ...(endpoint ? { endpoint } : {}),
    ...(found ? { region: found } : {}),
    forcePathStyle: pathStyle,
    maxAttempts: 3,
    retryMode: 'standard',
    // Other servers refuse the checksums that Amazon's would like; the signature covers the bytes that are sent
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: limits.connectTimeout,
      socketTimeout: limits.idleTimeout,
      httpAgent: agent,
      httpsAgent: agent,
    },
  })
}
