import { Code } from "../../engine/core/codes.ts";
import { MatchingCore } from "../../engine/core/matching-core.ts";
import { CommandKind, Side } from "../../engine/core/terms.ts";
import { formatId } from "../../engine/ids.ts";
import { EMPTY_HASH, JournalReplay } from "../../engine/journal-replay.ts";
import { eventsOf } from "../../engine/outbound-events.ts";
import type {
  BookLevel,
  BookUpdate,
  CommitBatch,
  GroupState,
  JournalBatch,
  OutboundEvent,
  Snapshot,
} from "../../engine/ports.ts";
import { RecentIds } from "../../engine/recent-ids.ts";
import { ByteReader } from "../../engine/wire/byte-reader.ts";
import { salvageCommandId } from "../../engine/wire/command-codec.ts";
import { readEntries, sameBytes } from "../../engine/wire/journal.ts";
import { decodeCommandMessage } from "../../engine/wire/message.ts";
import { decodeOutcome } from "../../engine/wire/outcome-codec.ts";
import { decodeSnapshotBody } from "../../engine/wire/snapshot.ts";
import { bookText } from "./book-text.ts";
import type { Environment } from "./environment.ts";

const ZERO_ID = "00000000-0000-0000-0000-000000000000";

/** State at the end of one row of the journal, as the journal alone gives it. */
interface Milestone {
  readonly hash: Uint8Array;
  readonly core: Uint8Array;
  /** Events of the journal up to here. */
  readonly events: number;
  readonly books: ReadonlyMap<number, string>;
}

/**
 * What must hold at every moment, whoever does what: an observer that hears of everything that reaches
 * the world outside the engines, and holds it against the journal, which it replays from the beginning
 * as it grows.
 */
export class Checks {
  /** Everything committed, replayed from nothing. */
  readonly replay: JournalReplay;
  readonly sequenceOf = new Map<string, number>();
  readonly outcomes = new Map<number, Uint8Array>();
  readonly milestones = new Map<number, Milestone>();
  readonly events: OutboundEvent[] = [];
  /** The first so many events of the journal were heard. */
  heardEvents = 0;
  timesPublished = 0;
  repliesHeard = 0;
  readonly #environment: Environment;
  readonly #placeOfEvent = new Map<string, number>();
  readonly #refusedBytes = new Set<string>();
  readonly #tradeIds = new Set<string>();
  readonly #checkedBodies = new WeakSet<Uint8Array>();
  /** How often a command has made engines fail, as the records count. */
  failuresOf: (commandId: string) => number = () => 0;

  constructor(environment: Environment, groupNumber: number, group: string, timeline: string) {
    this.#environment = environment;
    const history = {
      core: new MatchingCore(),
      recentIds: new RecentIds(),
      groupNumber,
      sequence: 0,
      timeMs: 0,
    };
    this.replay = new JournalReplay(group, history, EMPTY_HASH);
    this.#origin = { group, timeline, symbolOf: (symbol: number) => history.core.symbol(symbol) };
  }
  readonly #origin;

  get sequence(): number {
    return this.replay.history.sequence;
  }

  /** A batch is about to be written onto the group's row. */
  committing(batch: CommitBatch, group: GroupState): void {
    const { journal } = batch;
    if (batch.epoch !== group.epoch) {
      this.#violate("one writer", `epoch ${batch.epoch} commits after epoch ${group.epoch} was taken`);
    }
    if (journal.firstSequence !== group.lastSequence + 1) {
      this.#violate("sequences without gaps", `${journal.firstSequence} behind ${group.lastSequence}`);
    }
  }

  /** A row is in the journal. */
  committed(row: JournalBatch): void {
    if (this.#environment.violation !== null) return;
    try {
      this.replay.apply(row);
    } catch (cause) {
      const detail = String(cause);
      this.#violate(detail.includes("hash") ? "chained hash" : "replay gives the same", detail);
      return;
    }
    for (const entry of readEntries(row)) {
      const outcome = decodeOutcome(entry.outcome);
      this.outcomes.set(entry.sequence, entry.outcome);
      if (outcome.kind === CommandKind.ExpireDue && row.firstSequence === row.lastSequence) {
        this.#environment.count("orders ended by time alone");
      }
      for (const { tradeId } of outcome.trades) this.#tradeIds.add(tradeId);
      if (outcome.kind === CommandKind.Refusal) this.#refusedBytes.add(textOfBytes(entry.refused));
      if (outcome.commandId === ZERO_ID) continue;
      const before = this.sequenceOf.get(outcome.commandId);
      if (before !== undefined) {
        this.#violate("exactly once", `${outcome.commandId} at ${before} and at ${entry.sequence}`);
      }
      this.sequenceOf.set(outcome.commandId, entry.sequence);
      if (outcome.code === Code.INTERNAL_REFUSED && this.failuresOf(outcome.commandId) < 3) {
        this.#violate("refused only after three failures", outcome.commandId);
      }
    }
    for (const event of eventsOf(row, this.#origin)) {
      this.#placeOfEvent.set(event.id, this.events.length);
      this.events.push(event);
    }
    const { core } = this.replay.history;
    this.milestones.set(row.lastSequence, {
      hash: row.hash,
      core: core.snapshot(),
      events: this.events.length,
      books: new Map(core.symbols().map(({ symbol }) => [symbol, bookOf(core, symbol)])),
    });
  }

  /** A message leaves the queue for good. */
  dequeued(body: Uint8Array): void {
    const message = decodeCommandMessage(body);
    const parts = message === null ? [body] : message.commands;
    for (const bytes of parts) {
      const id = { a: 0, b: 0, c: 0, d: 0 };
      const named = message !== null && salvageCommandId(bytes, id) && formatId(id) !== ZERO_ID;
      const known = named ? this.sequenceOf.has(formatId(id)) : this.#refusedBytes.has(textOfBytes(bytes));
      if (!known) {
        const what = named ? formatId(id) : `${bytes.length} undecodable bytes`;
        this.#violate("nothing lost", `acknowledged to the queue and not in the journal: ${what}`);
      }
    }
  }

  /** A reply is on its way. */
  replied(message: Uint8Array): void {
    const reader = new ByteReader().open(message);
    reader.uint8();
    const count = reader.varint();
    for (let index = 0; index < count; index++) {
      const outcome = reader.block().slice();
      const { commandId, sequence } = decodeOutcome(outcome);
      const recorded = this.outcomes.get(sequence);
      if (recorded === undefined)
        this.#violate("committed before told", `reply to ${commandId} at ${sequence}`);
      else if (!sameBytes(recorded, outcome)) {
        this.#violate("replies say what is recorded", `${commandId} at ${sequence}`);
      }
      this.repliesHeard += 1;
    }
  }

  /** Events reach the exchange. */
  published(events: readonly OutboundEvent[]): void {
    for (const event of events) {
      this.timesPublished += 1;
      const place = this.#placeOfEvent.get(event.id);
      const recorded = place === undefined ? undefined : this.events[place];
      if (place === undefined || recorded === undefined) {
        this.#violate("committed before told", `event ${event.id}`);
      } else if (recorded.body !== event.body || recorded.routingKey !== event.routingKey) {
        this.#violate("events in order, none skipped", `event ${event.id} is another than the journal's`);
      } else if (place > this.heardEvents) {
        this.#violate(
          "events in order, none skipped",
          `event ${event.id} before ${this.events[this.heardEvents]?.id}`,
        );
      } else if (place === this.heardEvents) this.heardEvents += 1;
      else this.#environment.count("events published again");
    }
  }

  cursorMoved(sequence: number): void {
    const milestone = this.milestones.get(sequence);
    if (milestone === undefined) this.#violate("committed before told", `the cursor moves to ${sequence}`);
    else if (milestone.events > this.heardEvents) {
      const missing = this.events[this.heardEvents]?.id;
      this.#violate("events in order, none skipped", `the cursor moves to ${sequence} past ${missing}`);
    }
  }

  snapshotSaved(snapshot: Snapshot): void {
    if (this.#checkedBodies.has(snapshot.body)) return;
    this.#checkedBodies.add(snapshot.body);
    const { sequence } = snapshot;
    const milestone = this.milestones.get(sequence);
    if (milestone === undefined) {
      this.#violate(
        "committed before told",
        `a snapshot at ${sequence}, the journal ends at ${this.sequence}`,
      );
    } else if (!sameBytes(milestone.hash, snapshot.hash)) {
      this.#violate("committed before told", `a snapshot at ${sequence} of another history`);
    } else if (!sameBytes(decodeSnapshotBody(snapshot.body).core, milestone.core)) {
      this.#violate("snapshots are of the journal", `the state at ${sequence} is not what the journal gives`);
    }
  }

  bookTold(update: BookUpdate): void {
    if (!this.milestones.has(update.sequence)) {
      this.#violate("committed before told", `book of ${update.symbol} at ${update.sequence}`);
    }
    for (const { tradeId } of update.trades) {
      if (!this.#tradeIds.has(tradeId)) this.#violate("committed before told", `market trade ${tradeId}`);
    }
  }

  bookKept(symbol: number, sequence: number, text: string): void {
    const expected = this.milestones.get(sequence)?.books.get(symbol);
    if (expected !== undefined && expected !== text) {
      this.#violate(
        "market data is the book",
        `symbol ${symbol} at ${sequence}: ${text} instead of ${expected}`,
      );
    }
  }

  readonly #violate: Environment["violate"] = (rule, detail) => this.#environment.violate(rule, detail);
}

function bookOf(core: MatchingCore, symbol: number): string {
  const side = (which: Side): BookLevel[] => {
    const levels: BookLevel[] = [];
    core.depth(symbol, which, Number.MAX_SAFE_INTEGER, (price, quantity, orders) => {
      levels.push({ price, quantity, orders });
    });
    return levels;
  };
  return bookText(side(Side.Buy), side(Side.Sell));
}

function textOfBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
