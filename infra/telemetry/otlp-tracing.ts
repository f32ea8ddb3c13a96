import { AsyncLocalStorage } from "node:async_hooks";
import { ROOT_CONTEXT, type Span, type SpanContext, SpanKind, type Tracer, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-base";
import { traceEngine } from "./engine-traces.ts";
import { contextOfTraceparent, placeOf } from "./trace-place.ts";
import type { RequestTracer, Tracing } from "./tracing-ports.ts";

export interface OtlpOptions {
  /** The program's, `service.name`. */
  readonly name: string;
  readonly version: string;
  /** `http://localhost:4318`; spans go to `/v1/traces` below it. */
  readonly endpoint: string;
  /** One of so many requests is followed; a caller's own decision counts more. */
  readonly oneIn: number;
}

const EXPORT_EVERY_MS = 1_000;
const CLOSE_WITHIN_MS = 2_000;
/** Of a batch request, so many ids are named. */
const NAMED_COMMANDS = 20;

/** Traces by OpenTelemetry's SDK, sent by OTLP over HTTP, without its global registry. */
export function openTracing({ name, version, endpoint, oneIn }: OtlpOptions): Tracing {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, "")}/v1/traces` });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ "service.name": name, "service.version": version }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(1 / oneIn) }),
    spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: EXPORT_EVERY_MS })],
  });
  const tracer = provider.getTracer("trade-engine", version);
  return {
    api: traceRequests(tracer),
    engine: (group) => traceEngine(tracer, group),
    close: async () => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, CLOSE_WITHIN_MS);
      });
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
}

function traceRequests(tracer: Tracer): RequestTracer {
  const current = new AsyncLocalStorage<Span>();
  return {
    request: async (method, traceparent, answer) => {
      const parent = contextOfTraceparent(traceparent);
      const span = tracer.startSpan(method, { kind: SpanKind.SERVER }, under(parent));
      try {
        const { route, status, requestId } = await current.run(span, answer);
        span.updateName(`${method} ${route}`);
        span.setAttributes({
          "http.request.method": method,
          "http.route": route,
          "http.response.status_code": status,
          "trade_engine.request_id": requestId,
        });
      } finally {
        span.end();
      }
    },
    publishing: (group, commandIds) => {
      const request = current.getStore();
      if (request?.isRecording() !== true) return null;
      const attributes = {
        "trade_engine.group": group,
        "trade_engine.command_ids": commandIds.slice(0, NAMED_COMMANDS),
      };
      const options = { kind: SpanKind.PRODUCER, attributes };
      const span = tracer.startSpan("queue.publish", options, trace.setSpan(ROOT_CONTEXT, request));
      return {
        place: placeOf(span.spanContext()),
        end: (confirmation) => {
          span.setAttribute("trade_engine.confirmation", confirmation);
          span.end();
        },
      };
    },
  };
}

function under(parent: SpanContext | null) {
  return parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
}
