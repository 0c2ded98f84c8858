import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { DiskUsage } from '../operations/disk-usage.ts'
import { diskGauges } from './disk-gauges.ts'

/** What one finished request adds to the figures. */
export interface RequestFigures {
  readonly method: string
  /** The pattern, never the URL. */
  readonly route: string
  readonly status: number
  readonly seconds: number
}

/** The figures of this process for Prometheus; nothing in them tells organizations apart. */
export interface Metrics {
  started(): void
  finished(figures: RequestFigures): void
  /** Bytes of files received, after content decoding. */
  uploaded(bytes: number): void
  /** What the volume holds, as read in the background; nothing when that is not known. */
  disk(usage: DiskUsage | undefined): void
  readonly contentType: string
  text(): Promise<string>
}

/** Fresh figures in a registry of their own, with those of the process itself. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const { requests, durations, inFlight, uploadBytes } = createFigures(registry)
  return {
    started: () => inFlight.inc(),
    finished: ({ method, route, status, seconds }) => {
      inFlight.dec()
      requests.inc({ method, route, status: `${Math.floor(status / 100)}xx` })
      durations.observe({ method, route }, seconds)
    },
    uploaded: bytes => uploadBytes.inc(bytes),
    disk: diskGauges(registry),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  }
}

function createFigures(registry: Registry) {
  const registers = [registry]
  return {
    requests: new Counter({
      name: 'mapkeep_http_requests_total',
      help: 'Finished requests by route pattern and status class.',
      labelNames: ['method', 'route', 'status'] as const,
      registers,
    }),
    durations: new Histogram({
      name: 'mapkeep_http_request_duration_seconds',
      help: 'Time from the head of a request to the end of its answer.',
      labelNames: ['method', 'route'] as const,
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60],
      registers,
    }),
    inFlight: new Gauge({ name: 'mapkeep_http_requests_in_flight', help: 'Requests not answered yet.', registers }),
    uploadBytes: new Counter({ name: 'mapkeep_upload_bytes_total', help: 'Bytes of files received, after content decoding.', registers }),
  }
}
