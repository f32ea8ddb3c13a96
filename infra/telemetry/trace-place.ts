import { Buffer } from "node:buffer";
import { isSpanContextValid, type SpanContext } from "@opentelemetry/api";
import { TRACE_PLACE_BYTES } from "../../engine/wire/message.ts";

/** A place in a trace as it stands in a message: trace id (16 bytes), span id (8), flags (1). */
export function placeOf({ traceId, spanId, traceFlags }: SpanContext): Uint8Array {
  return Buffer.from(traceId + spanId + traceFlags.toString(16).padStart(2, "0"), "hex");
}

/** Null for what is no such place. */
export function contextOfPlace(place: Uint8Array): SpanContext | null {
  if (place.length !== TRACE_PLACE_BYTES) return null;
  const hex = Buffer.from(place.buffer, place.byteOffset, place.byteLength).toString("hex");
  return valid(hex.slice(0, 32), hex.slice(32, 48), place[24] ?? 0);
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** The caller's place, by W3C Trace Context's header; null where there is none or it is malformed. */
export function contextOfTraceparent(header: string | undefined): SpanContext | null {
  const [, traceId = "", spanId = "", flags = ""] = TRACEPARENT.exec(header ?? "") ?? [];
  return valid(traceId, spanId, Number.parseInt(flags, 16));
}

function valid(traceId: string, spanId: string, traceFlags: number): SpanContext | null {
  const context = { traceId, spanId, traceFlags, isRemote: true };
  return isSpanContextValid(context) ? context : null;
}
