import type { Config } from "../config/config.ts";
import type { Tracing } from "./tracing-ports.ts";

/** Null where traces are off, which is the default: then not even the packages for them are loaded. */
export async function startTracing(
  { traces, otlpEndpoint, traceOneIn }: Config["telemetry"],
  program: { readonly name: string; readonly version: string },
): Promise<Tracing | null> {
  if (!traces) return null;
  const { openTracing } = await import("./otlp-tracing.ts");
  return openTracing({ ...program, endpoint: otlpEndpoint, oneIn: traceOneIn });
}
