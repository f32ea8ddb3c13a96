import type { SymbolSpec } from "./core/symbol-spec.ts";
import type { Side } from "./core/terms.ts";
import type { OrderState } from "./outcome.ts";

/**
 * What the engine and the API need of the world. Each port has two adapters, the real one and the
 * embedded one, under one contract suite. Adapters turn a driver's faults into the classes below;
 * a driver's message goes no further than `cause`.
 */

// ── faults ──────────────────────────────────────────────────────────────────────────────────────

/** The message certainly did not reach the queue (never left, or was returned). */
export class NotSentError extends Error {
  override readonly name = "NotSentError";
}
/** Nobody knows whether the message reached the queue: it may still take effect. */
export class UncertainError extends Error {
  override readonly name = "UncertainError";
}
/** Another engine owns the group now. Tell nobody anything; exit. */
export class FencedError extends Error {
  override readonly name = "FencedError";
}
/**
 * The records refuse a batch for what is in it: nothing of it was written, and the same batch would be
 * refused again and again.
 */
export class RejectedError extends Error {
  override readonly name = "RejectedError";
}
/** A dependency cannot be reached or failed; `dependency` names it for health and logs. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
  readonly dependency: "database" | "redis" | "rabbitmq";
  constructor(dependency: "database" | "redis" | "rabbitmq", message: string, options?: ErrorOptions) {
    super(message, options);
    this.dependency = dependency;
  }
}

// ── command queue ───────────────────────────────────────────────────────────────────────────────

/** The API's side of the queue: commands out, replies in. */
export interface CommandPublisher {
  /** Where engines send replies for this process: goes into each command message. */
  readonly replyAddress: string;
  /**
   * Puts one message (`engine/wire`, many commands) on the group's queue. Resolves when it is
   * durable there; rejects with NotSentError or UncertainError.
   */
  publish(group: string, message: Uint8Array): Promise<void>;
  /** Sets the one listener to reply messages. */
  onReply(listener: (message: Uint8Array) => void): void;
  /** True while messages can be published. */
  healthy(): boolean;
  close(): Promise<void>;
}

export interface Delivery {
  readonly body: Uint8Array;
  /** The broker may have delivered it before: look its commands up before applying them. */
  readonly redelivered: boolean;
  /** Rises by one with each delivery of this consumer. */
  readonly tag: number;
}

/** The engine's side of one group's queue. At most one consumer of a group gets deliveries. */
export interface CommandConsumer {
  /** Subscribes; `onDelivery` is called in queue order. `onLost`: nothing more will come, exit. */
  start(onDelivery: (delivery: Delivery) => void, onLost: (cause: Error) => void): Promise<void>;
  /** Acknowledges this delivery and all before it. */
  acknowledge(tag: number): void;
  /** Sends a reply message to a publisher's `replyAddress`. Lost replies are not repeated. */
  reply(address: string, message: Uint8Array): void;
  /** Puts a tick (a message without commands) on the queue, so that an idle queue promotes. */
  tick(): Promise<void>;
  /** Stops by closing the channel: everything unacknowledged is delivered again, first, in order. */
  close(): Promise<void>;
}

// ── records ─────────────────────────────────────────────────────────────────────────────────────

/** The group's row, the one place that says who writes and how far the history goes. */
export interface GroupState {
  readonly group: string;
  /** 0…4,095, part of trade ids. */
  readonly groupNumber: number;
  readonly epoch: number;
  readonly lastSequence: number;
  /** Chained hash of the journal at `lastSequence` (32 bytes; zeros before the first batch). */
  readonly hash: Uint8Array;
  /** UUID that changes when PostgreSQL is restored from a backup. */
  readonly timeline: string;
  /** Events up to here are published. */
  readonly publishedSequence: number;
}

/** One row of the journal: a batch as committed. */
export interface JournalBatch {
  readonly epoch: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Time of its last command, milliseconds. */
  readonly timeMs: number;
  readonly rulesVersion: number;
  /** Commands with their outcomes (`engine/wire/journal.ts`). */
  readonly payload: Uint8Array;
  readonly hash: Uint8Array;
}

/** An order as the records keep it: its state, and the time inside its id. */
export interface OrderRecord {
  readonly state: OrderState;
  readonly createdAtMs: number;
}

export interface TradeRecord {
  readonly tradeId: string;
  readonly symbol: number;
  readonly buyOrderId: string;
  readonly sellOrderId: string;
  readonly buyerUserId: string;
  readonly sellerUserId: string;
  readonly takerSide: Side;
  /** Ticks, lots. */
  readonly price: number;
  readonly quantity: number;
  readonly executedAtMs: number;
  readonly sequence: number;
}

/**
 * Everything one batch writes, in one statement. An order appears in exactly one of the three lists,
 * with its state at the end of the batch.
 */
export interface CommitBatch {
  readonly group: string;
  readonly epoch: number;
  /** What the group's row must hold for the commit to happen. */
  readonly expectedSequence: number;
  readonly expectedHash: Uint8Array;
  readonly journal: JournalBatch;
  /** First seen in this batch, whatever became of them since. */
  readonly entered: readonly OrderRecord[];
  /** Entered before, changed, still live. */
  readonly changed: readonly OrderRecord[];
  /** Entered before, now final. */
  readonly ended: readonly OrderRecord[];
  readonly trades: readonly TradeRecord[];
  /** Defined or changed in this batch, as they are at its end. */
  readonly symbols: readonly SymbolSpec[];
}

/** The engine's view of PostgreSQL, on a connection of its own (never through PgBouncer). */
export interface EngineRecords {
  /** Makes the group's row if there is none; changes nothing else. */
  readGroup(group: string): Promise<GroupState>;
  /** Raises the epoch by one and returns the row after it: from now on older engines are fenced. */
  takeEpoch(group: string): Promise<GroupState>;
  /** Rows of the journal with firstSequence > after, in order, at most `limit`. */
  readJournal(group: string, after: number, limit: number): Promise<JournalBatch[]>;
  /** The row of the journal that holds a sequence, or null. */
  journalAt(group: string, sequence: number): Promise<JournalBatch | null>;
  /** Symbols of the group as the records have them (the seed of a group without history). */
  readSymbols(group: string): Promise<SymbolSpec[]>;
  /**
   * All or nothing. Rejects with FencedError when the group's row is not as expected, with RejectedError
   * when the records can never hold what is in it.
   */
  commit(batch: CommitBatch): Promise<void>;
  /** Moves the publishing cursor; rejects with FencedError when the epoch is not `epoch`. */
  movePublished(group: string, epoch: number, sequence: number): Promise<void>;
  /** Counts a command that made the engine fail; returns how often it has. */
  countFailure(group: string, commandId: string): Promise<number>;
  /** How often each command has made an engine of this group fail. */
  readFailures(group: string): Promise<ReadonlyMap<string, number>>;
  /** The database's clock, milliseconds. */
  nowMs(): Promise<number>;
  close(): Promise<void>;
}

// ── snapshots ───────────────────────────────────────────────────────────────────────────────────

export interface Snapshot {
  readonly group: string;
  readonly timeline: string;
  readonly epoch: number;
  readonly sequence: number;
  /** The journal's chained hash at `sequence`: the snapshot counts only if the journal agrees. */
  readonly hash: Uint8Array;
  readonly formatVersion: number;
  readonly rulesVersion: number;
  readonly takenAtMs: number;
  /** The core's snapshot and the engine's recent ids (`engine/wire/snapshot.ts`). */
  readonly body: Uint8Array;
}

/** Where a snapshot stands in the history. */
export type SnapshotPlace = Pick<Snapshot, "timeline" | "epoch" | "sequence">;

export interface SnapshotStore {
  readonly name: "redis" | "postgres" | "memory";
  /** Keeps the newest few. A writer with an older epoch than the store has seen gets FencedError. */
  save(snapshot: Snapshot): Promise<void>;
  /**
   * Newest first, all or no more than `limit` of them; what cannot be read is left out, never thrown. Rejects
   * only when unreachable.
   */
  list(group: string, limit?: number): Promise<Snapshot[]>;
  /** Where the newest stands, without its body; null: there is none. Rejects when unreachable. */
  newest(group: string): Promise<SnapshotPlace | null>;
}

// ── events out ──────────────────────────────────────────────────────────────────────────────────

export interface OutboundEvent {
  /** Stable across re-publication: consumers dedupe by it. */
  readonly id: string;
  /** `orders.BTC-USDT.filled`, `trades.BTC-USDT`, `settlements.BTC-USDT`, `risk.BTC-USDT`, … (outbound-events.ts) */
  readonly routingKey: string;
  /** JSON text. */
  readonly body: string;
}

export interface EventPublisher {
  /** Resolves when every one of them is confirmed, in order. */
  publish(events: readonly OutboundEvent[]): Promise<void>;
  close(): Promise<void>;
}

// ── market data ─────────────────────────────────────────────────────────────────────────────────

/** One price level after a batch: quantity 0 means that it is gone. Visible quantity only. */
export interface BookLevel {
  readonly price: number;
  readonly quantity: number;
  readonly orders: number;
}

/** What one committed batch changed in one symbol's book. */
export interface BookUpdate {
  readonly group: string;
  readonly symbol: number;
  readonly timeline: string;
  readonly epoch: number;
  /** Sequence of the update before this one for the symbol; 0 with `full`. */
  readonly previousSequence: number;
  readonly sequence: number;
  readonly timeMs: number;
  /** The whole book instead of what changed. */
  readonly full: boolean;
  /** Best first when full; in no order otherwise. */
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
  readonly trades: readonly MarketTrade[];
}

export interface MarketTrade {
  readonly tradeId: string;
  readonly price: number;
  readonly quantity: number;
  readonly takerSide: Side;
  readonly executedAtMs: number;
}

export interface Depth {
  readonly sequence: number;
  readonly timeline: string;
  readonly epoch: number;
  readonly timeMs: number;
  /** Best first, at most the limit asked for. */
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
}

/** A row of a group's journal, as it is told to those who follow the group's history. */
export interface CommittedRow {
  readonly group: string;
  readonly timeline: string;
  readonly row: JournalBatch;
}

export interface MarketDataWriter {
  /**
   * Applies committed updates in order and fans them out. Resolves to the symbols whose copy did
   * not continue (lost, emptied, other timeline): the engine follows with a full update for these.
   */
  write(updates: readonly BookUpdate[]): Promise<readonly number[]>;
  /**
   * Fans a committed row out to those who follow the group, as well as it can: a follower that misses
   * one reads the journal. Never throws, never waits.
   */
  tellCommitted?(committed: CommittedRow): void;
  close(): Promise<void>;
}

export interface MarketDataReader {
  /** Null while nothing is known of the symbol's book (cache lost, engine not yet up). */
  depth(symbol: number, limit: number): Promise<Depth | null>;
  /** Newest first. */
  recentTrades(symbol: number, limit: number): Promise<readonly MarketTrade[]>;
  close(): Promise<void>;
}

/** Changes as they happen, for those who keep a copy of a book: subscribe, read `depth`, apply. */
export interface MarketDataStream {
  /**
   * Calls `listener` with every update of the symbol that is written from now on, in order, once.
   * Null instead of an update: some were missed, or one was too large to pass on; read `depth` again.
   * Resolves to what ends the subscription; rejects with UnavailableError.
   */
  subscribe(symbol: number, listener: (update: BookUpdate | null) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** Committed rows as they happen, for those who tell users of their orders. */
export interface CommittedStream {
  /**
   * Calls `listener` with rows of the group that are committed from now on. Some may be missing: null, or
   * a gap in the sequences, and then the journal has them. Resolves to what ends the subscription;
   * rejects with UnavailableError.
   */
  subscribe(group: string, listener: (committed: CommittedRow | null) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

// ── time ────────────────────────────────────────────────────────────────────────────────────────

export interface Clock {
  /** Milliseconds since the epoch, whole. */
  nowMs(): number;
}
