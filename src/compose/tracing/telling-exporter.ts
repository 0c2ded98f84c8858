import type { SpanExporter } from '@opentelemetry/sdk-trace-node'

/** Milliseconds between two words about an exporter that fails. */
const silence = 60_000

/** An exporter that tells why it fails, once a minute at most; what it could not send is lost. */
export function tellingExporter(exporter: SpanExporter, onFault: (reason: string) => void): SpanExporter {
  let silentUntil = Number.NEGATIVE_INFINITY
  const tell = (error: Error | undefined) => {
    const now = performance.now()
    if (now < silentUntil) return
    silentUntil = now + silence
    onFault(error?.message || error?.name || 'the exporter does not say why')
  }
  return {
    export: (spans, done) =>
      exporter.export(spans, result => {
        // 0 is success; anything else has lost these
        if (result.code !== 0) tell(result.error)
        done(result)
      }),
    shutdown: () => exporter.shutdown(),
  }
}
