/** Reads the content of js source maps; lives outside the event loop, since a map can be large. */
export interface MapReader {
  /**
   * The members of a js source map that Datadog's API shows, as the bytes of one JSON object: sections flattened, gaps filled,
   * `minifiedLineLengths` counted from the minified file. Throws Problem `bad_request` for a file that is no source map,
   * `too_large` for one that takes more memory or time than one map may.
   */
  describe(sourceMap: AsyncIterable<Uint8Array>, minifiedFile: AsyncIterable<Uint8Array> | undefined): Promise<Uint8Array>
  close(): Promise<void>
}
