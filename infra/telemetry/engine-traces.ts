import { type Context, ROOT_CONTEXT, type Span, SpanKind, type Tracer, trace } from "@opentelemetry/api";
import type { EngineObserver } from "../../engine/engine-ports.ts";
import { contextOfPlace } from "./trace-place.ts";

/** More traced requests than this in one batch are not followed: traces must not cost more than trading. */
const MOST_IN_A_BATCH = 256;

/**
 * Takes up the traces of commands: a span for matching, from the turn in which they were delivered to the
 * sealing of their batch, and one for its commit. The commands of one request stand at one place.
 */
export function traceEngine(tracer: Tracer, group: string): Partial<EngineObserver> {
  let open = new Map<string, { readonly span: Span; readonly context: Context }>();
  let committing: Span[] = [];
  const attributes = { "trade_engine.group": group };

  return {
    traced: (places) => {
      for (const place of places) {
        const parent = contextOfPlace(place);
        if (parent === null || open.has(parent.spanId) || open.size >= MOST_IN_A_BATCH) continue;
        const context = trace.setSpanContext(ROOT_CONTEXT, parent);
        const span = tracer.startSpan("engine.match", { kind: SpanKind.CONSUMER, attributes }, context);
        open.set(parent.spanId, { span, context });
      }
    },
    committing: () => {
      if (open.size === 0) return;
      for (const { span, context } of open.values()) {
        span.end();
        committing.push(tracer.startSpan("engine.commit", { attributes }, context));
      }
      open = new Map();
    },
    committed: ({ sequence, commands }) => {
      for (const span of committing) {
        span.setAttributes({ "trade_engine.sequence": sequence, "trade_engine.batch_commands": commands });
        span.end();
      }
      committing = [];
    },
    stateChanged: () => {
      // What was in the hands of an engine that ended is for the next one.
      for (const { span } of open.values()) span.end();
      for (const span of committing) span.end();
      open = new Map();
      committing = [];
    },
  };
}
