/** Where a store keeps its objects. Credentials are not part of it: they come by the usual `AWS_*` variables, files or roles. */
export interface S3Place {
  readonly bucket: string
  /** Everything lies below it; empty: in the bucket's root. */
  readonly prefix: string
  /** The URL of another S3 server; nothing: Amazon's, in the region. */
  readonly endpoint?: string | undefined
  /** Nothing: what `AWS_REGION` or the profile says; with an endpoint, `us-east-1`. */
  readonly region?: string | undefined
  /** Whether the bucket is named in the path, or as a part of the host's name. */
  readonly pathStyle: boolean
  /** What the server is asked to encrypt objects with; nothing: what the bucket's own default says. */
  readonly encryption: 'AES256' | 'aws:kms' | `aws:kms:${string}` | undefined
}
