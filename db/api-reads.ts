import type { OrderStatus, Side } from "../engine/core/terms.ts";
import { idTimeMs, isUuid, parseId } from "../engine/ids.ts";
import type { JournalBatch, OrderRecord, TradeRecord } from "../engine/ports.ts";
import type { ApiPool } from "./api-pool.ts";
import { historySlices } from "./history-slices.ts";
import { toJournalBatch } from "./journal-rows.ts";
import { labelOf } from "./labels.ts";
import { toOrderRecord, toTradeRecord } from "./order-rows.ts";
import { ALL_GROUPS, GROUP_EXISTS, type GroupProgressRow } from "./queries/engine-group.ts";
import { JOURNAL_AT, type JournalRow, READ_JOURNAL } from "./queries/journal.ts";
import {
  ORDER_BY_CLIENT_ID,
  ORDER_BY_ID,
  ORDERS_OF_LIST,
  ORDERS_OF_USER,
  type OrderRow,
} from "./queries/orders.ts";
import { RESERVE_SYMBOL_NUMBER } from "./queries/symbol-numbers.ts";
import { TRADES_OF_ORDER, TRADES_OF_SYMBOL, TRADES_OF_USER, type TradeRow } from "./queries/trades.ts";
import { orderSideEnum, orderStatusEnum } from "./schema/enums.ts";
import { type StoredSymbol, SymbolDirectory } from "./symbol-directory.ts";

/** How far a group is. */
export interface GroupProgress {
  readonly group: string;
  readonly timeline: string;
  readonly epoch: number;
  /** Null: no engine has taken it. */
  readonly epochTakenAtMs: number | null;
  readonly lastSequence: number;
  readonly publishedSequence: number;
  /** In hexadecimal. */
  readonly hash: string;
}

/** Newest first, at most `limit`, older than `before`; `toMs` is exclusive. */
export interface HistoryWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly before: { readonly timeMs: number; readonly id: string } | null;
  readonly limit: number;
}

export interface OrderHistoryQuery extends HistoryWindow {
  readonly userId: string;
  readonly symbol: number | null;
  /** Empty: any. */
  readonly statuses: readonly OrderStatus[];
  readonly side: Side | null;
}

export interface TradeHistoryQuery extends HistoryWindow {
  readonly userId: string;
  readonly symbol: number | null;
  readonly orderId: string | null;
}

const ALIVE: readonly string[] = ["PENDING", "OPEN", "PARTIALLY_FILLED"];
const LARGEST_ID = "ffffffff-ffff-ffff-ffff-ffffffffffff";
const MONTH_MS = 31 * 86_400_000;
/** A list's id and its legs' are made in one call: their times differ by far less. */
const LIST_SPREAD_MS = 60_000;
/** Beyond it nobody calls a trade recent. */
const RECENT_MS = 30 * 86_400_000;

/** What the API reads of the records. Amounts in ticks, lots, tick-lots; faults are UnavailableErrors. */
export class PostgresApiReads {
  readonly #pool: ApiPool;
  readonly #symbols: SymbolDirectory;

  constructor(pool: ApiPool) {
    this.#pool = pool;
    this.#symbols = new SymbolDirectory(pool);
  }

  /** Every pair of every group. */
  listSymbols(): Promise<readonly StoredSymbol[]> {
    return this.#symbols.list();
  }

  /** Whoever owns it; null when there is none, or the id is none. Reads one partition. */
  async order(orderId: string): Promise<OrderRecord | null> {
    if (!isUuid(orderId)) return null;
    return (await this.#orders(ORDER_BY_ID, [orderId, createdMsOf(orderId)]))[0] ?? null;
  }

  /** The newest of a user's orders of a symbol with that client order id. */
  async orderByClientId(userId: string, symbol: number, clientOrderId: string): Promise<OrderRecord | null> {
    const spec = await this.#symbols.ofNumber(symbol);
    if (spec === null) return null;
    for (const sinceMs of [Date.now() - MONTH_MS, 0]) {
      const bounds = [sinceMs, Date.now() + 60_000];
      const [found] = await this.#orders(ORDER_BY_CLIENT_ID, [userId, spec.name, clientOrderId, ...bounds]);
      if (found !== undefined) return found;
    }
    return null;
  }

  /** Of one user, newest first. */
  async orders(query: OrderHistoryQuery): Promise<readonly OrderRecord[]> {
    const symbol = await this.#nameOf(query.symbol);
    if (symbol === undefined) return [];
    const labels = orderStatusEnum.enumValues;
    const wanted =
      query.statuses.length === 0 ? labels : query.statuses.map((status) => labelOf(labels, status));
    const alive = wanted.filter((label) => ALIVE.includes(label));
    const ended = wanted.filter((label) => !ALIVE.includes(label));
    const side = query.side === null ? null : labelOf(orderSideEnum.enumValues, query.side);
    return page(query, (bounds, limit) =>
      this.#orders(ORDERS_OF_USER, [
        query.userId,
        ...bounds,
        symbol,
        side,
        `{${alive.join(",")}}`,
        `{${ended.join(",")}}`,
        limit,
      ]),
    );
  }

  /** The orders of a list, limit leg first. */
  async ordersOfList(listId: string): Promise<readonly OrderRecord[]> {
    if (!isUuid(listId)) return [];
    const madeMs = createdMsOf(listId);
    return this.#orders(ORDERS_OF_LIST, [listId, madeMs - LIST_SPREAD_MS, madeMs + LIST_SPREAD_MS]);
  }

  /** Of one user, or of one of the user's orders, newest first. */
  async trades(query: TradeHistoryQuery): Promise<readonly TradeRecord[]> {
    const { userId, orderId } = query;
    if (orderId !== null) {
      if (!isUuid(orderId)) return [];
      // An order has no trades from before it came.
      const fromMs = Math.max(query.fromMs, createdMsOf(orderId) - LIST_SPREAD_MS);
      return page({ ...query, fromMs }, (bounds, limit) =>
        this.#trades(TRADES_OF_ORDER, [userId, ...bounds, orderId, limit]),
      );
    }
    const symbol = await this.#nameOf(query.symbol);
    if (symbol === undefined) return [];
    return page(query, (bounds, limit) => this.#trades(TRADES_OF_USER, [userId, ...bounds, symbol, limit]));
  }

  /** Everybody's of a symbol, newest first, of the last 30 days at most. */
  async recentTrades(symbol: number, limit: number): Promise<readonly TradeRecord[]> {
    const spec = await this.#symbols.ofNumber(symbol);
    if (spec === null) return [];
    const toMs = Date.now() + 60_000;
    const found: TradeRecord[] = [];
    for (const slice of historySlices({ fromMs: toMs - RECENT_MS, toMs })) {
      const bounds = [slice.fromMs, slice.toMs];
      found.push(...(await this.#trades(TRADES_OF_SYMBOL, [spec.name, ...bounds, limit - found.length])));
      if (found.length >= limit) break;
    }
    return found;
  }

  /** Every group, how far its history goes and who writes it. */
  async listGroups(): Promise<readonly GroupProgress[]> {
    const rows = await this.#pool.read<GroupProgressRow>(ALL_GROUPS);
    return rows.map((row) => ({
      group: row.symbol_group,
      timeline: row.timeline,
      epoch: Number(row.epoch),
      epochTakenAtMs: row.epoch_taken_at?.getTime() ?? null,
      lastSequence: Number(row.last_sequence),
      publishedSequence: Number(row.published_sequence),
      hash: row.hash,
    }));
  }

  /** Rows of a group's journal that hold sequences above `after`, in order; null where there is no such group. */
  async journal(group: string, after: number, limit: number): Promise<readonly JournalBatch[] | null> {
    const groups = await this.#pool.read<{ found: boolean }>(GROUP_EXISTS, [group]);
    if (groups[0]?.found !== true) return null;
    const [holding] = await this.#pool.read<JournalRow>(JOURNAL_AT, [group, after + 1]);
    const first = holding === undefined ? [] : [toJournalBatch(holding)];
    const since = first[0]?.lastSequence ?? after;
    const sinceMs = first[0]?.timeMs ?? 0;
    const rows = await this.#pool.read<JournalRow>(READ_JOURNAL, [
      group,
      since,
      sinceMs,
      limit - first.length,
    ]);
    return [...first, ...rows.map(toJournalBatch)];
  }

  /** The number of a pair about to be defined, 1…65,535: the same for one name, never given to two. */
  async reserveSymbolNumber(name: string): Promise<number> {
    const [row] = await this.#pool.read<{ symbol_number: number }>(RESERVE_SYMBOL_NUMBER, [name]);
    return row?.symbol_number ?? 0;
  }

  async #orders(statement: string, parameters: (string | number | null)[]): Promise<OrderRecord[]> {
    const rows = await this.#pool.read<OrderRow>(statement, parameters);
    await this.#symbols.load(rows);
    return rows.map((row) => toOrderRecord(row, this.#symbols.of(row)));
  }

  async #trades(statement: string, parameters: (string | number | null)[]): Promise<TradeRecord[]> {
    const rows = await this.#pool.read<TradeRow>(statement, parameters);
    await this.#symbols.load(rows);
    return rows.map((row) => toTradeRecord(row, this.#symbols.of(row)));
  }

  /** Null stands for any; undefined: there is none of that number. */
  async #nameOf(symbol: number | null): Promise<string | null | undefined> {
    return symbol === null ? null : (await this.#symbols.ofNumber(symbol))?.name;
  }
}

/**
 * Reads slice after slice, newest first, until the page is full.
 * @param read takes a slice's bounds and the page's end before it: from, to, time, id
 */
async function page<T>(
  { fromMs, toMs, before, limit }: HistoryWindow,
  read: (bounds: [number, number, number, string], limit: number) => Promise<T[]>,
): Promise<T[]> {
  const found: T[] = [];
  const endMs = before === null ? toMs : Math.min(toMs, before.timeMs + 1);
  for (const slice of historySlices({ fromMs, toMs: endMs })) {
    const { timeMs, id } = before ?? { timeMs: slice.toMs, id: LARGEST_ID };
    const bounds = [slice.fromMs, slice.toMs, timeMs, id] as const;
    found.push(...(await read([...bounds], limit - found.length)));
    if (found.length >= limit) break;
  }
  return found;
}

function createdMsOf(id: string): number {
  return idTimeMs(parseId(id, { a: 0, b: 0, c: 0, d: 0 }));
}
