import { Code } from "../../engine/core/codes.ts";
import type { SymbolSpec } from "../../engine/core/symbol-spec.ts";
import { OrderStatus } from "../../engine/core/terms.ts";
import type { OrderState } from "../../engine/outcome.ts";
import {
  type CommitBatch,
  FencedError,
  type GroupState,
  type JournalBatch,
  RejectedError,
  type TradeRecord,
} from "../../engine/ports.ts";
import { sameBytes } from "../../engine/wire/journal.ts";
import type { Checks } from "./checks.ts";
import type { Environment } from "./environment.ts";

export const GROUP = "main";
export const TIMELINE = "0192a000-0000-7000-8000-000000000001";

/** PostgreSQL as the functions of `db/migrations` make it: each call is one statement, whole or not at all. */
export class SimDatabase {
  group: GroupState = {
    group: GROUP,
    groupNumber: 7,
    epoch: 0,
    lastSequence: 0,
    hash: new Uint8Array(32),
    timeline: TIMELINE,
    publishedSequence: 0,
  };
  readonly journal: JournalBatch[] = [];
  readonly orders = new Map<string, OrderState>();
  readonly trades: TradeRecord[] = [];
  readonly symbols = new Map<number, SymbolSpec>();
  readonly failures = new Map<string, number>();
  readonly seed: readonly SymbolSpec[];
  /** Nothing gets through to it. */
  down = false;
  /** Rows with values that no table takes. */
  refuses: (row: JournalBatch) => boolean = () => false;
  readonly #environment: Environment;
  readonly #checks: Checks;

  constructor(environment: Environment, checks: Checks, seed: readonly SymbolSpec[]) {
    this.#environment = environment;
    this.#checks = checks;
    this.seed = seed;
  }

  takeEpoch(): GroupState {
    this.group = { ...this.group, epoch: this.group.epoch + 1 };
    return this.group;
  }

  /** @param fenced false plants the bug of records that look at nothing */
  commit(batch: CommitBatch, fenced: boolean): void {
    const { group } = this;
    const expected =
      group.epoch === batch.epoch &&
      group.lastSequence === batch.expectedSequence &&
      sameBytes(group.hash, batch.expectedHash);
    if (!expected && fenced) throw new FencedError("the group's row is not as expected");
    if (this.refuses(batch.journal)) throw new RejectedError("a value that no table takes");
    this.#checks.committing(batch, this.group);
    this.#write(batch);
    this.journal.push(batch.journal);
    this.group = { ...group, lastSequence: batch.journal.lastSequence, hash: batch.journal.hash };
    this.#checks.committed(batch.journal);
  }

  movePublished(epoch: number, sequence: number): void {
    if (this.group.epoch !== epoch) throw new FencedError("another epoch");
    this.#checks.cursorMoved(sequence);
    const publishedSequence = Math.max(
      this.group.publishedSequence,
      Math.min(sequence, this.group.lastSequence),
    );
    this.group = { ...this.group, publishedSequence };
  }

  countFailure(commandId: string): number {
    const count = (this.failures.get(commandId) ?? 0) + 1;
    this.failures.set(commandId, count);
    return count;
  }

  readJournal(after: number, limit: number): JournalBatch[] {
    return this.journal.filter((row) => row.firstSequence > after).slice(0, limit);
  }

  journalAt(sequence: number): JournalBatch | null {
    return this.journal.find((row) => row.firstSequence <= sequence && sequence <= row.lastSequence) ?? null;
  }

  /** The tables, as strict as the real ones. */
  #write(batch: CommitBatch): void {
    const wrong = (what: string): void =>
      this.#environment.violate(
        "records agree with the journal",
        `${what} in the batch from ${batch.journal.firstSequence}`,
      );
    for (const { state } of batch.entered) {
      if (state.code === Code.UNKNOWN_SYMBOL) continue;
      if (this.orders.has(state.orderId)) wrong(`order ${state.orderId} entered twice`);
      this.orders.set(state.orderId, state);
    }
    const after: [readonly { state: OrderState }[], boolean][] = [
      [batch.changed, false],
      [batch.ended, true],
    ];
    for (const [list, ends] of after) {
      for (const { state } of list) {
        const before = this.orders.get(state.orderId);
        if (before === undefined) wrong(`order ${state.orderId} never entered`);
        else if (before.status >= OrderStatus.Filled) wrong(`order ${state.orderId} changed after its end`);
        if (state.status >= OrderStatus.Filled !== ends) wrong(`order ${state.orderId} in the wrong list`);
        this.orders.set(state.orderId, state);
      }
    }
    this.trades.push(...batch.trades);
    for (const spec of batch.symbols) this.symbols.set(spec.symbol, spec);
  }
}
