import type { Tracing } from '../../http/tracing.ts'

/** Traces that are being made and sent. */
export interface OpenTracing {
  readonly requests: Tracing
  /** The same port; what is asked of it as part of a traced request is noted as `room.method`. */
  around<Port extends object>(room: string, port: Port): Port
  /** What the environment says that tracing does not understand. */
  readonly faults: readonly string[]
  /** Sends what is left, within two seconds. */
  close(): Promise<void>
}

/**
 * Starts tracing if the environment asks for it by the variables of OpenTelemetry; otherwise neither the SDK nor the exporter is loaded. `onFault`: told,
 * once a minute at most, why traces cannot be sent; never before the first request.
 */
export async function openTracing(
  environment: NodeJS.ProcessEnv,
  version: string,
  onFault: (reason: string) => void,
): Promise<OpenTracing | undefined> {
  if (!isWanted(environment)) return undefined
  const { startTracing } = await import('./start-tracing.ts')
  return startTracing(version, onFault)
}

function isWanted(environment: NodeJS.ProcessEnv): boolean {
  const endpoint = environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || environment.OTEL_EXPORTER_OTLP_ENDPOINT
  const off = environment.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true' || environment.OTEL_TRACES_EXPORTER?.trim() === 'none'
  return Boolean(endpoint?.trim()) && !off
}
