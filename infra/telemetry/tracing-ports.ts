import type { EngineObserver } from "../../engine/engine-ports.ts";

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
