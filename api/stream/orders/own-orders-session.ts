import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import type { Outcome } from "../../../engine/outcome.ts";
import type { JournalBatch } from "../../../engine/ports.ts";
import { readEntries } from "../../../engine/wire/journal.ts";
import { decodeOutcome } from "../../../engine/wire/outcome-codec.ts";
import { isoTime, orderBody } from "../../convert/order-body.ts";
import type { FaultLog } from "../../fault-log.ts";
import type { OrderBody } from "../../schemas/order.ts";
import type { StreamMessageOf } from "../../schemas/stream.ts";
import type { SnapshotReason } from "../../schemas/stream-market.ts";
import type { StreamPosition } from "../../schemas/stream-requests.ts";
import type { OwnOrdersSources } from "./own-orders-sources.ts";
import { ownOutcome } from "./own-outcome.ts";

const RETRY_AFTER_MS = 500;
const ORDERS_PER_MESSAGE = 500;
/** How far back a connection can go on: commands of a group, and time. */
const RESUME_COMMANDS = 20_000;
const RESUME_MS = 15 * 60_000;
const ROWS_PER_READ = 500;
/** Outcomes kept while the beginning is read; beyond that it begins anew. */
const MAX_WAITING = 10_000;

interface Happening {
  readonly group: string;
  readonly timeline: string;
  readonly outcome: Outcome;
}

/** What one connection is told of its user's orders. */
export class OwnOrdersSession {
  readonly #userId: string;
  readonly #sources: OwnOrdersSources;
  readonly #faults: FaultLog;
  readonly #specOf: (symbol: number) => SymbolSpec | undefined;
  readonly #send: (text: string) => void;
  /** Where the user stands, by group. */
  #positions = new Map<string, StreamPosition>();
  /** Not null until the beginning is told: what happens meanwhile. */
  #waiting: Happening[] | null = [];
  #again: SnapshotReason | null = null;
  #isBeginning = false;
  #toldNothing = false;
  #closed = false;

  constructor(
    userId: string,
    sources: OwnOrdersSources,
    faults: FaultLog,
    specOf: (symbol: number) => SymbolSpec | undefined,
    send: (text: string) => void,
  ) {
    this.#userId = userId;
    this.#sources = sources;
    this.#faults = faults;
    this.#specOf = specOf;
    this.#send = send;
  }

  /** @param followed every group, as far as it is followed: what comes after that is told by `happened` */
  begin(resume: readonly StreamPosition[] | undefined, followed: readonly StreamPosition[]): void {
    const wanted = resume === undefined ? null : resumable(resume, followed);
    void this.#begin(wanted, resume === undefined ? "SUBSCRIBED" : "GAP");
  }

  /** What came so far does not continue. */
  restart(reason: SnapshotReason): void {
    this.#again = reason;
    this.#waiting = [];
    void this.#begin(null, reason);
  }

  happened(group: string, timeline: string, outcome: Outcome): void {
    if (this.#closed) return;
    if (this.#waiting === null) this.#tell({ group, timeline, outcome });
    else if (this.#waiting.length < MAX_WAITING) this.#waiting.push({ group, timeline, outcome });
    else this.#again = "GAP";
  }

  /** Nothing of the user's happened up to there. */
  tellPositions(followed: readonly StreamPosition[]): void {
    if (this.#waiting !== null || this.#closed) return;
    const moved = followed.filter(
      ({ group, timeline, sequence }) =>
        this.#positions.get(group)?.timeline !== timeline ||
        sequence > (this.#positions.get(group)?.sequence ?? 0),
    );
    if (moved.length === 0) return;
    for (const { group, timeline, sequence } of moved)
      this.#positions.set(group, { group, timeline, sequence });
    this.#say({ type: "orders.position", channel: "orders", positions: this.#listed() });
  }

  close(): void {
    this.#closed = true;
  }

  // ── the beginning ─────────────────────────────────────────────────────────────────────────────

  async #begin(resume: readonly StreamPosition[] | null, reason: SnapshotReason): Promise<void> {
    if (this.#isBeginning || this.#closed) return;
    this.#isBeginning = true;
    let from = resume;
    let why = reason;
    while (!this.#closed) {
      try {
        this.#again = null;
        if (from === null || !(await this.#resume(from))) await this.#snapshot(why);
        if (this.#again === null) break;
        why = this.#again;
        this.#waiting = [];
      } catch (error) {
        this.#faults.tell(error);
        this.#tellNothing();
        await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
      }
      from = null;
    }
    this.#isBeginning = false;
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const happening of waiting) this.#tell(happening);
  }

  /** False where what came since the positions cannot be told one by one. */
  async #resume(positions: readonly StreamPosition[]): Promise<boolean> {
    const current = await this.#sources.reads.positions();
    const sinceMs = this.#sources.clock.nowMs() - RESUME_MS;
    const missed: Happening[] = [];
    for (const { group, timeline, sequence } of positions) {
      const now = current.find((position) => position.group === group);
      if (now?.timeline !== timeline || now.sequence < sequence) return false;
      if (now.sequence - sequence > RESUME_COMMANDS) return false;
      const outcomes = await this.#outcomes(group, sequence, now.sequence, sinceMs);
      if (outcomes === null) return false;
      for (const outcome of outcomes) missed.push({ group, timeline, outcome });
    }
    if (this.#closed) return true;
    this.#positions = new Map(positions.map((position) => [position.group, position]));
    this.#say({ type: "orders.resumed", channel: "orders", positions: this.#listed() });
    for (const happening of missed) this.#tell(happening);
    return true;
  }

  /** The user's among the outcomes from behind a sequence; null where the journal does not have them all. */
  async #outcomes(group: string, after: number, through: number, sinceMs: number): Promise<Outcome[] | null> {
    const found: Outcome[] = [];
    const { reads } = this.#sources;
    let at = after;
    // A position may be inside a row, which then begins before it.
    let rows: readonly JournalBatch[] = [];
    if (at < through) rows = [await reads.journalAt(group, at + 1)].filter((row) => row !== null);
    while (at < through) {
      for (const row of rows) {
        if (row.firstSequence > at + 1 || row.timeMs < sinceMs) return null;
        for (const entry of readEntries(row)) {
          const outcome = decodeOutcome(entry.outcome);
          const isOwn = outcome.orders.some(({ userId }) => userId === this.#userId);
          if (isOwn && outcome.sequence > after) found.push(outcome);
        }
        at = row.lastSequence;
      }
      if (rows.length === 0) return null;
      if (at < through) rows = await reads.journal(group, at, sinceMs, ROWS_PER_READ);
    }
    return found;
  }

  async #snapshot(reason: SnapshotReason): Promise<void> {
    const { positions, orders } = await this.#sources.reads.openOrders(this.#userId);
    const bodies: OrderBody[] = [];
    for (const { state } of orders) {
      const spec = (await this.#sources.symbols.numbered(state.symbol))?.spec;
      if (spec !== undefined) bodies.push(orderBody(state, spec));
    }
    if (this.#closed) return;
    this.#positions = new Map(positions.map((position) => [position.group, position]));
    for (let from = 0; from === 0 || from < bodies.length; from += ORDERS_PER_MESSAGE) {
      this.#say({
        type: "orders.snapshot",
        channel: "orders",
        reason,
        positions: this.#listed(),
        orders: bodies.slice(from, from + ORDERS_PER_MESSAGE),
        complete: from + ORDERS_PER_MESSAGE >= bodies.length,
      });
    }
  }

  // ── telling ───────────────────────────────────────────────────────────────────────────────────

  #tell({ group, timeline, outcome }: Happening): void {
    const { sequence } = outcome;
    const position = this.#positions.get(group);
    const isSame = position?.timeline === timeline;
    if (isSame && sequence <= position.sequence) return;
    const { orders, fills } = ownOutcome(outcome, this.#userId, this.#specOf);
    if (orders.length === 0) return;
    this.#positions.set(group, { group, timeline, sequence });
    this.#say({
      type: "orders.update",
      channel: "orders",
      group,
      timeline,
      previousSequence: isSame ? position.sequence : 0,
      sequence,
      time: isoTime(outcome.timeMs),
      commandId: outcome.commandId,
      orders: [...orders],
      fills: [...fills],
    });
  }

  #tellNothing(): void {
    if (this.#toldNothing || this.#closed) return;
    this.#toldNothing = true;
    this.#say({ type: "unavailable", channel: "orders" });
  }

  #listed(): StreamPosition[] {
    return [...this.#positions.values()];
  }

  #say(message: StreamMessageOf<"unavailable" | OrdersType>): void {
    this.#send(JSON.stringify(message));
  }
}

type OrdersType = "orders.snapshot" | "orders.resumed" | "orders.update" | "orders.position";

/** Null where a group that is followed is not among the positions given: its orders might be missing. */
function resumable(
  given: readonly StreamPosition[],
  followed: readonly StreamPosition[],
): readonly StreamPosition[] | null {
  return followed.every(({ group }) => given.some((position) => position.group === group)) ? given : null;
}
