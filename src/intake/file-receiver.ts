/** Where the bytes of files go while they stream in. */
export interface FileReceiver<S> {
  /** Takes the bytes to their end, or throws and leaves nothing; `limit` in bytes. */
  receive(source: AsyncIterable<Uint8Array>, limit: number): Promise<S>
  /** Forgets what {@link receive} took; never throws. */
  discard(spooled: S): Promise<void>
}

/** One file of an upload; `part` is its name in the request, `spooled` what the receiver made of it. */
export interface ReceivedFile<S> {
  readonly part: string
  readonly fileName: string | undefined
  readonly spooled: S
}
