import { context, type Span, type Tracer, trace } from '@opentelemetry/api'
import { noteError } from './note-error.ts'

type Method = (...given: readonly unknown[]) => unknown

/**
 * A port whose calls are noted as spans, named by room and method, within requests that are traced and nowhere else. What is read as a
 * stream ends its span when the stream is handed over.
 */
export function aroundPort<Port extends object>(tracer: Tracer, room: string, port: Port): Port {
  const methods = Object.entries(port as Record<string, Method>).map(([name, method]) => {
    const noted = (...given: readonly unknown[]) => {
      if (!trace.getActiveSpan()?.isRecording()) return method(...given)
      const span = tracer.startSpan(`${room}.${name}`)
      return context.with(trace.setSpan(context.active(), span), () => within(span, () => method(...given)))
    }
    return [name, noted]
  })
  return Object.fromEntries(methods) as Port
}

async function within(span: Span, call: () => unknown): Promise<unknown> {
  try {
    return await call()
  } catch (error) {
    noteError(span, error)
    throw error
  } finally {
    span.end()
  }
}
