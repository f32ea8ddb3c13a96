import { Code } from "../engine/core/codes.ts";
import type { SymbolSpec } from "../engine/core/symbol-spec.ts";
import {
  type CommitBatch,
  type EngineRecords,
  FencedError,
  type GroupState,
  type JournalBatch,
  UnavailableError,
} from "../engine/ports.ts";
import { changedOrders, enteredOrders, symbols, trades } from "./commit-arguments.ts";
import { EngineConnection, type EngineConnectionOptions } from "./engine-connection.ts";
import { toJournalBatch } from "./journal-rows.ts";
import { COUNT_FAILURE, READ_FAILURES } from "./queries/command-failures.ts";
import { COMMIT_BATCH, REHEARSE_COMMIT } from "./queries/commit-batch.ts";
import { DATABASE_TIME } from "./queries/database-time.ts";
import { type GroupRow, MOVE_PUBLISHED, READ_GROUP, TAKE_EPOCH } from "./queries/engine-group.ts";
import { JOURNAL_AT, type JournalRow, READ_JOURNAL } from "./queries/journal.ts";
import { SYMBOLS_OF_GROUP, type SymbolRow } from "./queries/symbols.ts";
import { toSymbolSpec } from "./symbol-rows.ts";

/** The records on PostgreSQL, over one connection of the engine's own. Opens it at the first call. */
export function openEngineRecords(options: EngineConnectionOptions): EngineRecords {
  return new PostgresEngineRecords(new EngineConnection(options));
}

interface JournalPlace {
  readonly sequence: number;
  readonly timeMs: number;
}

class PostgresEngineRecords implements EngineRecords {
  readonly #connection: EngineConnection;
  /** Last row read of each group's journal: what comes after it is no older. */
  readonly #readUpTo = new Map<string, JournalPlace>();
  #rehearsed = false;

  constructor(connection: EngineConnection) {
    this.#connection = connection;
  }

  /** The first call also rehearses a commit, so that the first real one is as fast as any. */
  async readGroup(group: string): Promise<GroupState> {
    if (!this.#rehearsed) {
      this.#rehearsed = true;
      await this.#connection.run(REHEARSE_COMMIT);
    }
    return toGroupState(await this.#connection.run<GroupRow>(READ_GROUP, [group]));
  }

  async takeEpoch(group: string): Promise<GroupState> {
    return toGroupState(await this.#connection.run<GroupRow>(TAKE_EPOCH, [group]));
  }

  async readJournal(group: string, after: number, limit: number): Promise<JournalBatch[]> {
    const known = this.#readUpTo.get(group);
    const since = known !== undefined && known.sequence <= after ? known.timeMs : 0;
    const rows = await this.#connection.run<JournalRow>(READ_JOURNAL, [group, after, since, limit]);
    const batches = rows.map(toJournalBatch);
    const last = rows.at(-1);
    if (last !== undefined) {
      this.#readUpTo.set(group, { sequence: Number(last.last_sequence), timeMs: last.batch_time.getTime() });
    }
    return batches;
  }

  async journalAt(group: string, sequence: number): Promise<JournalBatch | null> {
    const [row] = await this.#connection.run<JournalRow>(JOURNAL_AT, [group, sequence]);
    return row === undefined ? null : toJournalBatch(row);
  }

  async readSymbols(group: string): Promise<SymbolSpec[]> {
    return (await this.#connection.run<SymbolRow>(SYMBOLS_OF_GROUP, [group])).map(toSymbolSpec);
  }

  async commit(batch: CommitBatch): Promise<void> {
    const { group, epoch, expectedSequence, expectedHash, journal } = batch;
    if (journal.epoch !== epoch || journal.firstSequence !== expectedSequence + 1) {
      throw new RangeError("the batch does not follow the sequence it expects");
    }
    // An order for a pair that there is not has no amounts that could be written: the journal has it.
    const entered = batch.entered.filter(({ state }) => state.code !== Code.UNKNOWN_SYMBOL);
    const [row] = await this.#connection.run<{ committed: boolean }>(COMMIT_BATCH, [
      group,
      epoch,
      expectedSequence,
      expectedHash,
      journal.lastSequence,
      journal.timeMs,
      journal.rulesVersion,
      journal.hash,
      journal.payload,
      enteredOrders(entered),
      changedOrders(batch.changed),
      changedOrders(batch.ended),
      trades(batch.trades),
      symbols(batch.symbols),
    ]);
    if (row?.committed !== true) throw new FencedError("another engine owns the group");
  }

  async movePublished(group: string, epoch: number, sequence: number): Promise<void> {
    const [row] = await this.#connection.run<{ moved: boolean }>(MOVE_PUBLISHED, [group, epoch, sequence]);
    if (row?.moved !== true) throw new FencedError("another engine owns the group");
  }

  async countFailure(group: string, commandId: string): Promise<number> {
    const [row] = await this.#connection.run<{ failures: number }>(COUNT_FAILURE, [group, commandId]);
    return row?.failures ?? 0;
  }

  async readFailures(group: string): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#connection.run<{ command_id: string; failures: number }>(READ_FAILURES, [group]);
    return new Map(rows.map(({ command_id, failures }) => [command_id, failures]));
  }

  async nowMs(): Promise<number> {
    const [row] = await this.#connection.run<{ now_ms: string }>(DATABASE_TIME);
    return Number(row?.now_ms);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

function toGroupState([row]: readonly GroupRow[]): GroupState {
  if (row === undefined) throw new UnavailableError("database", "the group has no row");
  return {
    group: row.symbol_group,
    groupNumber: row.group_number,
    epoch: Number(row.epoch),
    lastSequence: Number(row.last_sequence),
    hash: row.hash,
    timeline: row.timeline,
    publishedSequence: Number(row.published_sequence),
  };
}
