import type { Confirmation, Settlement } from "./dispatch/settlement.ts";

/** What the API tells of itself, for metrics. Nothing of it may throw. Times in milliseconds. */
export interface ApiObserver {
  requestBegan(): void;
  /** @param route the pattern that matched, `/api/v1/orders/:orderId`; "none" where none did */
  requestAnswered(method: string, route: string, status: number, tookMs: number): void;
  /** Commands handed to a group's queue in one message. */
  published(group: string, commands: number): void;
  confirmed(group: string, confirmation: Confirmation, commands: number, tookMs: number): void;
  /** The wait for one command's outcome is over, this long after it was taken on. */
  settled(group: string, settlement: Settlement["kind"], tookMs: number): void;
  webSocketOpened(): void;
  webSocketClosed(): void;
  webSocketSent(messages: number): void;
  /** A client was cut off by us. @param reason one of a few words */
  webSocketDropped(reason: string): void;
}

/** Follows requests through the system. There is one only where traces are on. */
export interface ApiTracer {
  /**
   * Runs what answers a request in a span of its own, which continues the caller's trace.
   * @param traceparent the caller's header of that name (W3C Trace Context)
   */
  request(
    method: string,
    traceparent: string | undefined,
    answer: () => Promise<AnsweredRequest>,
  ): Promise<void>;
  /** A span for commands on their way to durable, part of the request that is being answered; null: not traced. */
  publishing(group: string, commandIds: readonly string[]): PublishingSpan | null;
}

export interface AnsweredRequest {
  readonly route: string;
  readonly status: number;
  readonly requestId: string;
}

export interface PublishingSpan {
  /** Where engines take the trace up again (`engine/wire/message.ts`). */
  readonly place: Uint8Array;
  end(confirmation: Confirmation): void;
}

/** Tells nobody. */
export const quietObserver: ApiObserver = {
  requestBegan: () => undefined,
  requestAnswered: () => undefined,
  published: () => undefined,
  confirmed: () => undefined,
  settled: () => undefined,
  webSocketOpened: () => undefined,
  webSocketClosed: () => undefined,
  webSocketSent: () => undefined,
  webSocketDropped: () => undefined,
};
