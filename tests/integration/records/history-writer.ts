import { createHash, randomBytes } from "node:crypto";
import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import {
  OrderStatus,
  OrderType,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from "../../../engine/core/terms.ts";
import { formatId, makeId, makeTradeId } from "../../../engine/ids.ts";
import type { OrderState } from "../../../engine/outcome.ts";
import type { CommitBatch, EngineRecords, OrderRecord, TradeRecord } from "../../../engine/ports.ts";

/** What a batch writes besides the journal. */
export type BatchContent = Partial<
  Pick<CommitBatch, "entered" | "changed" | "ended" | "trades" | "symbols"> & {
    payload: Uint8Array;
    timeMs: number;
  }
>;

/** Commits batches of one group, each behind the one before, as an engine would. */
export class HistoryWriter {
  readonly group: string;
  readonly epoch: number;
  lastSequence: number;
  hash: Uint8Array;
  readonly #records: EngineRecords;

  private constructor(
    records: EngineRecords,
    group: string,
    epoch: number,
    sequence: number,
    hash: Uint8Array,
  ) {
    this.#records = records;
    this.group = group;
    this.epoch = epoch;
    this.lastSequence = sequence;
    this.hash = hash;
  }

  /** Takes the group over. */
  static async open(records: EngineRecords, group = "main"): Promise<HistoryWriter> {
    const { epoch, lastSequence, hash } = await records.takeEpoch(group);
    return new HistoryWriter(records, group, epoch, lastSequence, hash);
  }

  /** The batch that `commit` would write. */
  batch({ payload = randomBytes(64), timeMs = Date.now(), ...content }: BatchContent): CommitBatch {
    const hash = createHash("sha256").update(this.hash).update(payload).digest();
    const firstSequence = this.lastSequence + 1;
    const lastSequence = this.lastSequence + Math.max(1, content.entered?.length ?? 1);
    return {
      group: this.group,
      epoch: this.epoch,
      expectedSequence: this.lastSequence,
      expectedHash: this.hash,
      journal: { epoch: this.epoch, firstSequence, lastSequence, timeMs, rulesVersion: 1, payload, hash },
      entered: [],
      changed: [],
      ended: [],
      trades: [],
      symbols: [],
      ...content,
    };
  }

  async commit(content: BatchContent): Promise<CommitBatch> {
    const batch = this.batch(content);
    await this.#records.commit(batch);
    this.lastSequence = batch.journal.lastSequence;
    this.hash = batch.journal.hash;
    return batch;
  }
}

/** A resting limit order of BTC/USDT, but for what is given. */
export function anOrder(given: Partial<OrderState> & { createdAtMs?: number } = {}): OrderRecord {
  const { createdAtMs = Date.now(), ...state } = given;
  const symbol = state.symbol ?? 1;
  return {
    createdAtMs,
    state: {
      orderId: anId(createdAtMs, symbol),
      clientOrderId: "",
      listId: "",
      userId: "alice",
      symbol,
      side: Side.Buy,
      type: OrderType.Limit,
      timeInForce: TimeInForce.Gtc,
      selfTradePrevention: SelfTradePrevention.ExpireTaker,
      postOnly: false,
      status: OrderStatus.Open,
      code: 0,
      price: 5_000_012,
      stopPrice: 0,
      trailingDelta: 0,
      trailingAmount: 0,
      activationPrice: 0,
      quantity: 150_000_000,
      displayQuantity: 0,
      filledQuantity: 0,
      preventedQuantity: 0,
      quoteQuantity: 0n,
      filledQuote: 0n,
      expireAtMs: 0,
      triggeredAtMs: 0,
      updatedAtMs: createdAtMs,
      sequence: 1,
      ...state,
    },
  };
}

/** The same order later. */
export function later(order: OrderRecord, change: Partial<OrderState>): OrderRecord {
  return { createdAtMs: order.createdAtMs, state: { ...order.state, ...change } };
}

/** A trade between two orders, taken by the seller. */
export function aTrade(buy: OrderRecord, sell: OrderRecord, given: Partial<TradeRecord> = {}): TradeRecord {
  const executedAtMs = given.executedAtMs ?? Date.now();
  return {
    tradeId: aTradeId(executedAtMs),
    symbol: buy.state.symbol,
    buyOrderId: buy.state.orderId,
    sellOrderId: sell.state.orderId,
    buyerUserId: buy.state.userId,
    sellerUserId: sell.state.userId,
    takerSide: Side.Sell,
    price: 5_000_012,
    quantity: 1_000_000,
    executedAtMs,
    sequence: 1,
    ...given,
  };
}

/** A pair of group `main` that no seed has. */
export function aSymbol(given: Partial<SymbolSpec> = {}): SymbolSpec {
  return {
    symbol: 500,
    name: "TST/USDT",
    base: "TST",
    quote: "USDT",
    priceStep: "0.25",
    quantityStep: "0.001",
    minPrice: 1,
    maxPrice: 4_000_000,
    minQuantity: 10,
    maxQuantity: 1_000_000_000,
    minNotional: 20_000n,
    priceBandBps: 1_000,
    referencePrice: 400,
    sessionEndMinute: 1_320,
    maxOpenOrders: 50,
    status: 0,
    ...given,
  };
}

export function anId(timeMs: number, symbol = 1): string {
  return formatId(makeId(timeMs, symbol, randomBytes(8), { a: 0, b: 0, c: 0, d: 0 }));
}

let tradesMade = 0;

function aTradeId(timeMs: number): string {
  tradesMade += 1;
  return formatId(makeTradeId(timeMs, 0, tradesMade, 0, { a: 0, b: 0, c: 0, d: 0 }));
}
