import type { JournalRow } from "../../../db/queries/journal.ts";
import type { OrderRow } from "../../../db/queries/orders.ts";
import type { SymbolRow } from "../../../db/queries/symbols.ts";
import type { TradeRow } from "../../../db/queries/trades.ts";
import { EMPTY_HASH } from "../../../engine/journal-replay.ts";
import { sameBytes } from "../../../engine/wire/journal.ts";
import { BatchExpectation } from "./batch-expectation.ts";
import { checkOpenOrders, checkSymbols, openOrderIds } from "./books-check.ts";
import type { Findings } from "./findings.ts";
import { JournalWalk, toBatch } from "./journal-walk.ts";
import type { RecordsView } from "./records-view.ts";
import { RowsBySequence } from "./rows-by-sequence.ts";
import { replayFromBegin, SnapshotChecks } from "./snapshot-checks.ts";
import {
  type GroupRow,
  JOURNAL_BEGIN,
  JOURNAL_OF_GROUP,
  ORDERS_BY_SEQUENCE,
  TRADES_BY_SEQUENCE,
} from "./statements.ts";
import { checkOrderRows, checkTradeRows, type Pairs } from "./stored-rows.ts";

const JOURNAL_ROWS_PER_READ = 16;
const RECORDS_PER_READ = 1_000;

export interface GroupAudit {
  readonly view: RecordsView;
  readonly group: GroupRow;
  /** The group's rows of `symbols`, and of these the only one to look at, if there is one. */
  readonly symbols: readonly SymbolRow[];
  readonly only: SymbolRow | null;
  readonly pairs: Pairs;
  readonly findings: Findings;
  /** Told how far the group's journal is done. */
  readonly onProgress: (sequence: number, lastSequence: number) => void;
}

export interface GroupSummary {
  readonly group: string;
  readonly lastSequence: number;
  /** Where the journal begins; null: it is empty. */
  readonly firstSequence: number | null;
  readonly rows: number;
  readonly commands: number;
  readonly orders: number;
  readonly trades: number;
  readonly openOrders: number;
  /** What could not be looked at, and why. */
  readonly notes: readonly string[];
}

/**
 * One group: its journal as a chain, and everything else held against what the journal says. Rows of
 * orders and trades come in the order of the sequences that wrote them, beside the journal, so that
 * however long the history is only the open orders are in memory.
 */
export async function auditGroup(audit: GroupAudit): Promise<GroupSummary> {
  const { view, group, symbols, only, pairs, findings, onProgress } = audit;
  const name = group.symbol_group;
  const lastSequence = Number(group.last_sequence);
  const number = only?.symbol_number ?? null;
  const names = (only === null ? symbols : [only]).map(({ symbol }) => symbol);
  const notes: string[] = [];

  const snapshots = await SnapshotChecks.open(view, group, findings);
  const firstSequence = await journalBegin(view, name);
  // Where all of the journal has been dropped, it would go on behind the last sequence.
  const begin = firstSequence ?? lastSequence + 1;
  const startSequence = begin === 1 ? 0 : snapshots.oldestFrom(begin);
  if (startSequence === null) {
    findings.add(
      "replay",
      `group ${name}: the journal begins at ${begin} and no snapshot in PostgreSQL reaches it: there is no way back to the books`,
    );
  } else if (startSequence > 0) {
    notes.push(`what was written up to sequence ${startSequence} is compared only with itself`);
  }
  if (snapshots.foreign > 0)
    notes.push(`${snapshots.foreign} snapshots of another timeline, format or rules`);

  const walk = new JournalWalk(name, Number(group.epoch), findings);
  if (startSequence === 0) walk.replay = replayFromBegin(group);
  let live: Set<string> | null = startSequence === 0 ? new Set() : null;
  const startHash = begin === 1 ? EMPTY_HASH : snapshots.hashAt(begin - 1);
  const takeUp = async (sequence: number, hash: Uint8Array | null): Promise<void> => {
    const restored = await snapshots.at(sequence, hash, walk.replay);
    if (live !== null || restored === null || sequence !== startSequence) return;
    walk.replay = restored;
    live = openOrderIds(restored.history.core, number);
  };
  if (begin > 1) await takeUp(begin - 1, firstSequence === null ? group.hash : null);

  const since = startSequence ?? lastSequence;
  const orders = new RowsBySequence(
    view.stream<OrderRow & { sequence: string }>(
      ORDERS_BY_SEQUENCE,
      [names.join(","), since],
      RECORDS_PER_READ,
    ),
  );
  const trades = new RowsBySequence(
    view.stream<TradeRow & { sequence: string }>(
      TRADES_BY_SEQUENCE,
      [names.join(","), since],
      RECORDS_PER_READ,
    ),
  );
  const passed = new Set<number>();
  let rows = 0;
  let commands = 0;
  for await (const row of view.stream<JournalRow>(JOURNAL_OF_GROUP, [name], JOURNAL_ROWS_PER_READ)) {
    const batch = toBatch(row);
    const outcomes = walk.take(batch, startHash);
    rows += 1;
    commands += batch.lastSequence - batch.firstSequence + 1;
    if (outcomes !== null && live !== null) {
      const due = new BatchExpectation();
      for (const outcome of outcomes) due.add(outcome, live, number);
      for (const fault of due.faults) findings.add("replay", fault);
      checkOrderRows(await orders.upTo(batch.lastSequence), due, pairs, findings);
      checkTradeRows(await trades.upTo(batch.lastSequence), due, pairs, findings);
    }
    passed.add(batch.lastSequence);
    if (passed.size > 1) forgetAllBut(passed, snapshots, batch.lastSequence);
    await takeUp(batch.lastSequence, walk.brokenAt === null ? batch.hash : null);
    onProgress(batch.lastSequence, lastSequence);
  }

  checkEnd(group, walk.lastSequence ?? begin - 1, walk.lastHash ?? startHash, findings);
  snapshots.atTheEnd(lastSequence, passed, begin);
  if (walk.brokenAt !== null)
    notes.push(`${walk.brokenAt}: orders and trades behind it are not compared with it`);
  else if (live !== null) {
    // Rows of sequences that no journal has yet.
    const nothing = new BatchExpectation();
    checkOrderRows(await orders.upTo(Number.POSITIVE_INFINITY), nothing, pairs, findings);
    checkTradeRows(await trades.upTo(Number.POSITIVE_INFINITY), nothing, pairs, findings);
  }
  let openOrders = 0;
  const core = walk.replay?.history.core ?? null;
  if (core === null) notes.push("the books cannot be rebuilt: open orders are not compared with them");
  else {
    openOrders = await checkOpenOrders(view, core, names, pairs, number, findings);
    if (lastSequence > 0) checkSymbols(core, only === null ? symbols : [only], findings);
  }
  return {
    group: name,
    lastSequence,
    firstSequence,
    rows,
    commands,
    orders: orders.taken,
    trades: trades.taken,
    openOrders,
    notes,
  };
}

async function journalBegin(view: RecordsView, group: string): Promise<number | null> {
  const [row] = await view.rows<{ first_sequence: string | null }>(JOURNAL_BEGIN, [group]);
  return row === undefined || row.first_sequence === null ? null : Number(row.first_sequence);
}

/** Keeps only the sequences at which there is a snapshot, and the last. */
function forgetAllBut(passed: Set<number>, snapshots: SnapshotChecks, last: number): void {
  for (const sequence of passed) {
    if (sequence !== last && snapshots.hashAt(sequence) === null) passed.delete(sequence);
  }
}

/** The group's row must be where the journal ends. */
function checkEnd(group: GroupRow, end: number, hash: Uint8Array | null, findings: Findings): void {
  const name = group.symbol_group;
  const lastSequence = Number(group.last_sequence);
  const published = Number(group.published_sequence);
  if (end !== lastSequence) {
    findings.add("group", `group ${name}: its row says sequence ${lastSequence}, its journal ends at ${end}`);
  } else if (hash !== null && !sameBytes(hash, group.hash)) {
    findings.add("group", `group ${name}: the hash in its row is not the journal's last`);
  }
  if (published > lastSequence) {
    findings.add(
      "group",
      `group ${name}: events are published up to ${published}, but only ${lastSequence} is committed`,
    );
  }
}
