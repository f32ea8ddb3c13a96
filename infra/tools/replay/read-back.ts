import type { ApiClient } from "../api-client/client.ts";
import { openOrders, ownTrades } from "../api-client/endpoints.ts";
import type { Mapping } from "./batch-item.ts";
import type { CommandResult } from "./batch-sender.ts";
import { type Comparison, compareRecords } from "./compare-records.ts";
import { fromDecimal } from "./decimal-price.ts";
import type { FlowCommand } from "./flow-command.ts";
import type { RecordedOrder, RecordedTrade } from "./records-file.ts";

/**
 * What a replay did, read back through the public API in the file's own terms.
 *
 * Trades come from `GET /trades`, both sides of each, since one user placed everything. Their order is
 * that of their ids, which carry time, sequence and place. The open orders come from `GET /orders`;
 * their place in a queue is the sequence that the answer to their placement told, which holds because
 * nothing in an order flow makes an order lose its place.
 */
export class ReadBack {
  readonly #mapping: Mapping;
  /** By the API's order id: the file's id, and the sequence of the placement. */
  readonly #placed = new Map<string, { readonly id: string; readonly sequence: number }>();

  constructor(mapping: Mapping) {
    this.#mapping = mapping;
  }

  /** Remembers the order that a placement made. */
  note(command: FlowCommand, result: CommandResult): void {
    if (command.op !== "place" || result.orderId === null || result.sequence === null) return;
    this.#placed.set(result.orderId, { id: command.id, sequence: result.sequence });
  }

  /** The replay's trades in order; @param from the server's time when it began, ISO 8601 */
  async trades(client: ApiClient, from: string): Promise<RecordedTrade[]> {
    const trades = new Map<string, Partial<RecordedTrade>>();
    for await (const { tradeId, orderId, liquidity, price, quantity } of ownTrades(
      client,
      this.#mapping.symbol,
      from,
    )) {
      const id = this.#placed.get(orderId)?.id;
      if (id === undefined) continue;
      const side = liquidity === "MAKER" ? { maker: id } : { taker: id };
      const amounts = { price: this.#price(price), qty: this.#quantity(quantity) };
      trades.set(tradeId, { ...trades.get(tradeId), ...side, ...amounts });
    }
    return [...trades]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, { taker = "nobody", maker = "nobody", price = Number.NaN, qty = Number.NaN }]) => ({
        taker,
        maker,
        price,
        qty,
      }));
  }

  /** The replay's open orders: bids, then asks, best price first, in queue order within a price. */
  async book(client: ApiClient): Promise<RecordedOrder[]> {
    const orders: (RecordedOrder & { readonly sequence: number })[] = [];
    for await (const order of openOrders(client, this.#mapping.symbol)) {
      const { id, sequence } = this.#placed.get(order.orderId) ?? {
        id: order.clientOrderId ?? order.orderId,
        sequence: 0,
      };
      orders.push({
        side: order.side === "BUY" ? "B" : "S",
        id,
        price: this.#price(order.price ?? ""),
        remaining: this.#quantity(order.remainingQuantity ?? ""),
        sequence,
      });
    }
    return orders
      .sort(byPlaceInBook)
      .map(({ side, id, price, remaining }) => ({ side, id, price, remaining }));
  }

  #price(text: string): number {
    return fromDecimal(text, this.#mapping.priceScale) ?? Number.NaN;
  }

  #quantity(text: string): number {
    return fromDecimal(text, this.#mapping.quantityScale) ?? Number.NaN;
  }
}

/** In order: taker, maker, price and quantity of each. */
export function compareTrades(
  expected: readonly RecordedTrade[],
  actual: readonly RecordedTrade[],
): Comparison {
  return compareRecords(
    "trades",
    expected,
    actual,
    ({ taker, maker, price, qty }) => `${taker} takes ${qty} @ ${price} of ${maker}`,
  );
}

/** In order: side, id, price and what remains of each. */
export function compareBooks(
  expected: readonly RecordedOrder[],
  actual: readonly RecordedOrder[],
): Comparison {
  return compareRecords(
    "final book",
    expected,
    actual,
    ({ side, id, price, remaining }) => `${side} ${id} ${remaining} @ ${price}`,
  );
}

interface Placed extends RecordedOrder {
  readonly sequence: number;
}

function byPlaceInBook(one: Placed, other: Placed): number {
  if (one.side !== other.side) return one.side === "B" ? -1 : 1;
  const better = one.side === "B" ? other.price - one.price : one.price - other.price;
  return better !== 0 ? better : one.sequence - other.sequence;
}
