import type { JournalBatch, OrderRecord } from "../engine/ports.ts";
import type { ApiPool } from "./api-pool.ts";
import { toOrderRecord } from "./order-rows.ts";
import { JOURNAL_AT, type JournalRow, READ_JOURNAL } from "./queries/journal.ts";
import type { OrderRow } from "./queries/orders.ts";
import { OPEN_ORDERS_AND_POSITIONS, POSITIONS } from "./queries/own-orders.ts";
import { SymbolDirectory } from "./symbol-directory.ts";

/** How far a group's history goes. */
export interface GroupPosition {
  readonly group: string;
  readonly timeline: string;
  readonly sequence: number;
}

/** What telling users of their own orders needs of the records. Faults are UnavailableErrors. */
export class PostgresOwnOrdersReads {
  readonly #pool: ApiPool;
  readonly #symbols: SymbolDirectory;

  constructor(pool: ApiPool) {
    this.#pool = pool;
    this.#symbols = new SymbolDirectory(pool);
  }

  /** Of one moment. */
  async openOrders(
    userId: string,
  ): Promise<{ positions: readonly GroupPosition[]; orders: readonly OrderRecord[] }> {
    type Positions = { positions: [string, string, number][] | null };
    const rows = await this.#pool.read<(OrderRow | { order_id: null }) & Positions>(
      OPEN_ORDERS_AND_POSITIONS,
      [userId],
    );
    const positions = (rows[0]?.positions ?? []).map(([group, timeline, sequence]) => ({
      group,
      timeline,
      sequence,
    }));
    const orders = rows.filter((row): row is OrderRow & Positions => row.order_id !== null);
    await this.#symbols.load(orders);
    return { positions, orders: orders.map((row) => toOrderRecord(row, this.#symbols.of(row))) };
  }

  async positions(): Promise<readonly GroupPosition[]> {
    const rows = await this.#pool.read<{ symbol_group: string; timeline: string; last_sequence: string }>(
      POSITIONS,
    );
    return rows.map((row) => ({
      group: row.symbol_group,
      timeline: row.timeline,
      sequence: Number(row.last_sequence),
    }));
  }

  /**
   * Rows of the journal behind a sequence, in order.
   * @param sinceMs no row at or before the sequence is younger: keeps the days before from being looked into
   */
  async journal(group: string, after: number, sinceMs: number, limit: number): Promise<JournalBatch[]> {
    const rows = await this.#pool.read<JournalRow>(READ_JOURNAL, [group, after, sinceMs, limit]);
    return rows.map(toJournalBatch);
  }

  /** The row that holds a sequence, or null. */
  async journalAt(group: string, sequence: number): Promise<JournalBatch | null> {
    const [row] = await this.#pool.read<JournalRow>(JOURNAL_AT, [group, sequence]);
    return row === undefined ? null : toJournalBatch(row);
  }
}

function toJournalBatch(row: JournalRow): JournalBatch {
  return {
    epoch: Number(row.epoch),
    firstSequence: Number(row.first_sequence),
    lastSequence: Number(row.last_sequence),
    timeMs: row.batch_time.getTime(),
    rulesVersion: row.rules_version,
    payload: row.payload,
    hash: row.hash,
  };
}
