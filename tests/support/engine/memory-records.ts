import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import { OrderStatus } from "../../../engine/core/terms.ts";
import type { OrderState } from "../../../engine/outcome.ts";
import {
  type CommitBatch,
  type EngineRecords,
  FencedError,
  type GroupState,
  type JournalBatch,
  RejectedError,
  type TradeRecord,
  UnavailableError,
} from "../../../engine/ports.ts";
import { sameBytes } from "../../../engine/wire/journal.ts";

/** What the records hold of one group, shared by every engine's connection to them. */
export class MemoryDatabase {
  group: GroupState;
  readonly journal: JournalBatch[] = [];
  readonly orders = new Map<string, OrderState>();
  readonly trades: TradeRecord[] = [];
  readonly symbols = new Map<number, SymbolSpec>();
  readonly failures = new Map<string, number>();
  readonly seed: SymbolSpec[];
  /** Rows that no table takes. */
  refuses: (row: JournalBatch) => boolean = () => false;

  constructor(group: string, seed: readonly SymbolSpec[]) {
    this.seed = [...seed];
    this.group = {
      group,
      groupNumber: 7,
      epoch: 0,
      lastSequence: 0,
      hash: new Uint8Array(32),
      timeline: "00000000-0000-7000-8000-000000000001",
      publishedSequence: 0,
    };
  }

  /** Applies a batch, or throws: a test's records are as strict as the real ones. */
  commit(batch: CommitBatch): void {
    const { group } = this;
    const expected =
      group.epoch === batch.epoch &&
      group.lastSequence === batch.expectedSequence &&
      sameBytes(group.hash, batch.expectedHash);
    if (!expected) throw new FencedError("the group's row is not as expected");
    if (this.refuses(batch.journal)) throw new RejectedError("a value that no table takes");
    for (const { state } of batch.entered) {
      if (this.orders.has(state.orderId)) throw new Error(`entered twice: ${state.orderId}`);
    }
    for (const { state } of [...batch.changed, ...batch.ended]) {
      const before = this.orders.get(state.orderId);
      if (before === undefined) throw new Error(`never entered: ${state.orderId}`);
      if (before.status >= OrderStatus.Filled) throw new Error(`changed after its end: ${state.orderId}`);
    }
    for (const { state } of batch.changed) {
      if (state.status >= OrderStatus.Filled) throw new Error(`changed, but final: ${state.orderId}`);
    }
    for (const { state } of batch.ended) {
      if (state.status < OrderStatus.Filled) throw new Error(`ended, but not final: ${state.orderId}`);
    }
    for (const list of [batch.entered, batch.changed, batch.ended]) {
      for (const { state } of list) this.orders.set(state.orderId, state);
    }
    this.trades.push(...batch.trades);
    for (const spec of batch.symbols) this.symbols.set(spec.symbol, spec);
    this.journal.push(batch.journal);
    this.group = { ...group, lastSequence: batch.journal.lastSequence, hash: batch.journal.hash };
  }
}

/** What happens to the next commits: a fault is used up by the one that meets it. */
export type CommitFault = "lost before" | "lost after";

/** One engine's connection to the records. */
export class MemoryRecords implements EngineRecords {
  readonly #database: MemoryDatabase;
  reachable = true;
  readonly faults: CommitFault[] = [];
  commits = 0;
  /** While set, commits wait for it. */
  hold: Promise<void> | null = null;

  constructor(database: MemoryDatabase) {
    this.#database = database;
  }

  async readGroup(): Promise<GroupState> {
    await this.#hop();
    return this.#database.group;
  }

  async takeEpoch(): Promise<GroupState> {
    await this.#hop();
    this.#database.group = { ...this.#database.group, epoch: this.#database.group.epoch + 1 };
    return this.#database.group;
  }

  async readJournal(_group: string, after: number, limit: number): Promise<JournalBatch[]> {
    await this.#hop();
    return this.#database.journal.filter((row) => row.firstSequence > after).slice(0, limit);
  }

  async journalAt(_group: string, sequence: number): Promise<JournalBatch | null> {
    await this.#hop();
    const holds = (row: JournalBatch): boolean =>
      row.firstSequence <= sequence && sequence <= row.lastSequence;
    return this.#database.journal.find(holds) ?? null;
  }

  async readSymbols(): Promise<SymbolSpec[]> {
    await this.#hop();
    return this.#database.seed;
  }

  async commit(batch: CommitBatch): Promise<void> {
    await this.#hop();
    await this.hold;
    const fault = this.faults.shift();
    if (fault === "lost before") throw new UnavailableError("database", "the connection was lost");
    this.#database.commit(batch);
    this.commits += 1;
    if (fault === "lost after") throw new UnavailableError("database", "the connection was lost");
    await this.#hop();
  }

  async movePublished(_group: string, epoch: number, sequence: number): Promise<void> {
    await this.#hop();
    if (this.#database.group.epoch !== epoch) throw new FencedError("another epoch");
    this.#database.group = { ...this.#database.group, publishedSequence: sequence };
  }

  async countFailure(_group: string, commandId: string): Promise<number> {
    await this.#hop();
    const count = (this.#database.failures.get(commandId) ?? 0) + 1;
    this.#database.failures.set(commandId, count);
    return count;
  }

  async readFailures(): Promise<ReadonlyMap<string, number>> {
    await this.#hop();
    return new Map(this.#database.failures);
  }

  async nowMs(): Promise<number> {
    await this.#hop();
    return 0;
  }

  async close(): Promise<void> {}

  async #hop(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (!this.reachable) throw new UnavailableError("database", "cannot be reached");
  }
}
