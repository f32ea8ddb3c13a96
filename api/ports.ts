import type { SymbolSpec } from "../engine/core/symbol-spec.ts";
import type { OrderStatus, Side } from "../engine/core/terms.ts";
import type { JournalBatch, OrderRecord, TradeRecord } from "../engine/ports.ts";

/**
 * What the API needs of the records. Everything here reads, except the idempotency rows and the
 * reservation of a symbol's number, which are the API's own tables. Amounts as in the core: ticks,
 * lots, tick-lots. An adapter's faults are `UnavailableError`s.
 */

/** A pair, and the group whose queue its commands go to. */
export interface ListedSymbol {
  readonly spec: SymbolSpec;
  readonly group: string;
}

/** Where a page ends: the last row's place in the order of the list. */
export interface PageKey {
  readonly timeMs: number;
  readonly id: string;
}

/** A window of time, newest first, `limit` rows at most. `to` is exclusive. */
export interface HistoryWindow {
  readonly fromMs: number;
  readonly toMs: number;
  /** Only rows older than this one. */
  readonly before: PageKey | null;
  readonly limit: number;
}

export interface OrderQuery extends HistoryWindow {
  readonly userId: string;
  readonly symbol: number | null;
  readonly statuses: readonly OrderStatus[];
  readonly side: Side | null;
}

export interface TradeQuery extends HistoryWindow {
  readonly userId: string;
  readonly symbol: number | null;
  readonly orderId: string | null;
}

/** How far a group is. */
export interface GroupProgress {
  readonly group: string;
  /** UUID; changes when the database is restored from a backup. */
  readonly timeline: string;
  readonly epoch: number;
  /** When an engine last became the group's one writer; null: none has. */
  readonly epochTakenAtMs: number | null;
  readonly lastSequence: number;
  /** Events up to here are published. */
  readonly publishedSequence: number;
  /** Chained hash of the journal at `lastSequence`, in hexadecimal. */
  readonly hash: string;
}

export interface ApiReads {
  /** Every pair of every group. */
  listSymbols(): Promise<readonly ListedSymbol[]>;
  /** The order whoever owns it, or null. Reads one partition (the time is inside the id). */
  order(orderId: string): Promise<OrderRecord | null>;
  /** The newest of a user's orders of a symbol with that client order id, or null. */
  orderByClientId(userId: string, symbol: number, clientOrderId: string): Promise<OrderRecord | null>;
  /** Newest first. */
  orders(query: OrderQuery): Promise<readonly OrderRecord[]>;
  /** The orders of a list (OCO), limit leg first; empty when there is none. */
  ordersOfList(listId: string): Promise<readonly OrderRecord[]>;
  /** Newest first. */
  trades(query: TradeQuery): Promise<readonly TradeRecord[]>;
  /** Every group, how far its history goes and who writes it. */
  listGroups(): Promise<readonly GroupProgress[]>;
  /** Rows of a group's journal that hold sequences above `after`, in order; null where there is no such group. */
  journal(group: string, after: number, limit: number): Promise<readonly JournalBatch[] | null>;
  /** The number of a pair about to be defined, 1…65,535: the same for one name, never given to two. */
  reserveSymbolNumber(name: string): Promise<number>;
}

/** One row about a call of an operator. */
export interface AdminAuditEntry {
  readonly requestId: string;
  readonly userId: string;
  readonly keyId: string | null;
  readonly address: string;
  readonly method: string;
  /** Path with query. */
  readonly target: string;
  /** As it came; null where there is none. */
  readonly body: string | null;
  /** What was answered; null before it is carried out. */
  readonly status: number | null;
}

/** The operators' calls, appended to and never changed. */
export interface AdminAudit {
  append(entry: AdminAuditEntry): Promise<void>;
}

/** Who sent what under an Idempotency-Key. */
export interface IdempotencyClaim {
  readonly userId: string;
  /** Method and path. */
  readonly route: string;
  readonly key: string;
  /** SHA-256 of the body, 32 bytes. */
  readonly bodyHash: Uint8Array;
  /** UUID of the command; the first one of a batch. */
  readonly commandId: string;
}

/** What a key stands for now. */
export type IdempotencyState =
  /** This request made the row and goes on. */
  | { readonly state: "won" }
  /** Answered before, with this. */
  | { readonly state: "answered"; readonly status: number; readonly body: string }
  /** The same key with another body. */
  | { readonly state: "mismatch" }
  /** Another request holds it just now. */
  | { readonly state: "in-flight" }
  /** Sent before without a certain answer; this request took it over and sends it again. */
  | { readonly state: "resend"; readonly commandId: string };

export interface IdempotencyStore {
  /** One winner, by insertion. A row without an answer can be taken over when its lease is over. */
  claim(claim: IdempotencyClaim): Promise<IdempotencyState>;
  /** Keeps the answer for every later request with the key. */
  answer(claim: IdempotencyClaim, status: number, body: string): Promise<void>;
  /** Ends the lease without an answer: the next request with the key sends again. */
  release(claim: IdempotencyClaim): Promise<void>;
}

/** One line of `GET /ready`. */
export interface ServiceCheck {
  readonly name: string;
  /** True when it can be used now; a rejection counts as false. */
  check(): Promise<boolean>;
  /** Named only while it fails: nothing that is there to be used, but a condition. */
  readonly quiet?: boolean;
  /** While it fails somebody should look, but everything can be used: requests may come. */
  readonly harmless?: boolean;
}

/** Structured log: an object of facts, then a sentence. pino's shape. */
export interface ApiLogger {
  /** pino's; what is costly to say is only said where it is heard. */
  isLevelEnabled?(level: "debug"): boolean;
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
