import type { EngineObserver } from "../../engine/engine-ports.ts";
import type { Config } from "../config/config.ts";

/** Follows requests from HTTP through the queue to the commit. */
export interface Tracing {
  /** Fits the API's `ApiTracer`. */
  readonly api: RequestTracer;
  /** What an engine's observer does for traced commands. */
  engine(group: string): Partial<EngineObserver>;
  /** Sends what is left; bounded. */
  close(): Promise<void>;
}

export interface RequestTracer {
  request(
    method: string,
    traceparent: string | undefined,
    answer: () => Promise<{ readonly route: string; readonly status: number; readonly requestId: string }>,
  ): Promise<void>;
  publishing(
    group: string,
    commandIds: readonly string[],
  ): { readonly place: Uint8Array; end(confirmation: string): void } | null;
}

/** Null where traces are off, which is the default: then not even the packages for them are loaded. */
export async function startTracing(
  { traces, otlpEndpoint, traceOneIn }: Config["telemetry"],
  program: { readonly name: string; readonly version: string },
): Promise<Tracing | null> {
  if (!traces) return null;
  const { openTracing } = await import("./otlp-tracing.ts");
  return openTracing({ ...program, endpoint: otlpEndpoint, oneIn: traceOneIn });
}
