import { setTimeout as wait } from 'node:timers/promises'
import { context, DiagLogLevel, diag, propagation, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector, type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node'
import { aroundPort } from './around-port.ts'
import { followRequests } from './follow-requests.ts'
import type { OpenTracing } from './open-tracing.ts'
import { tellingExporter } from './telling-exporter.ts'

/** Milliseconds that a stop waits for the last traces. */
const lastFlush = 2_000

/** Starts tracing as the variables of OpenTelemetry say, which its own packages read. */
export function startTracing(version: string, onFault: (reason: string) => void): OpenTracing {
  const faults: string[] = []
  const provider = collectFaults(faults, () => {
    const exporter = tellingExporter(new OTLPTraceExporter(), onFault)
    return new NodeTracerProvider({ resource: resourceOf(version), spanProcessors: [new BatchSpanProcessor(exporter)] })
  })
  provider.register()
  const tracer = provider.getTracer('mapkeep', version)
  return {
    requests: followRequests(tracer),
    around: (room, port) => aroundPort(tracer, room, port),
    faults,
    close: async () => {
      await Promise.race([provider.shutdown().catch(() => {}), wait(lastFlush, undefined, { ref: false })])
      for (const api of [trace, context, propagation]) api.disable()
    },
  }
}

/** Who sends the traces: what the environment says, else our name. */
function resourceOf(version: string): Resource {
  const ours = resourceFromAttributes({ 'service.name': 'mapkeep', 'service.version': version })
  return defaultResource()
    .merge(ours)
    .merge(detectResources({ detectors: [envDetector] }))
}

/** What the packages find wrong with the environment; later they are told of nothing that the exporter does not tell itself. */
function collectFaults<T>(faults: string[], make: () => T): T {
  const note = (text: string) => faults.push(text)
  diag.setLogger({ error: note, warn: note, info: note, debug: note, verbose: note }, { logLevel: DiagLogLevel.WARN })
  try {
    return make()
  } finally {
    diag.disable()
  }
}
