import { Code } from "../../../engine/core/codes.ts";
import { OrderStatus, Side } from "../../../engine/core/terms.ts";
import type { OrderState, Outcome } from "../../../engine/outcome.ts";
import type { TradeRecord } from "../../../engine/ports.ts";

/** What one batch of the journal must have left in the records, out of its outcomes alone. */
export class BatchExpectation {
  /** Last states of the orders that ended in it, by id. */
  readonly ended = new Map<string, OrderState>();
  /** States at its end of the orders that entered in it and live, by id. */
  readonly entered = new Map<string, OrderState>();
  readonly trades = new Map<string, TradeRecord>();
  /** What cannot be, in plain words. */
  readonly faults: string[] = [];

  /**
   * Adds a command's outcome.
   * @param live ids of the orders alive before it; brought up to date
   * @param only the number of the one symbol looked at, or null
   */
  add(outcome: Outcome, live: Set<string>, only: number | null): void {
    for (const order of outcome.orders) {
      if (only !== null && order.symbol !== only) continue;
      this.#addOrder(order, live);
    }
    for (const trade of outcome.trades) {
      const maker = outcome.orders[trade.maker];
      const taker = outcome.orders[trade.taker];
      if (maker === undefined || taker === undefined) continue;
      if (only !== null && maker.symbol !== only) continue;
      if (maker.side === taker.side || maker.symbol !== taker.symbol) {
        this.faults.push(`trade ${trade.tradeId}: its two orders are not two sides of one symbol`);
      }
      const [buy, sell] = taker.side === Side.Buy ? [taker, maker] : [maker, taker];
      this.trades.set(trade.tradeId, {
        tradeId: trade.tradeId,
        symbol: maker.symbol,
        buyOrderId: buy.orderId,
        sellOrderId: sell.orderId,
        buyerUserId: buy.userId,
        sellerUserId: sell.userId,
        takerSide: taker.side,
        price: trade.price,
        quantity: trade.quantity,
        executedAtMs: outcome.timeMs,
        sequence: outcome.sequence,
      });
    }
  }

  #addOrder(order: OrderState, live: Set<string>): void {
    const { orderId, status } = order;
    if (status < OrderStatus.Filled) {
      if (!live.has(orderId) || this.entered.has(orderId)) this.entered.set(orderId, order);
      live.add(orderId);
      return;
    }
    if (status === OrderStatus.Rejected && !isKept(order.code)) return;
    if (this.ended.has(orderId)) this.faults.push(`order ${orderId} ends twice in the journal`);
    this.ended.set(orderId, order);
    this.entered.delete(orderId);
    live.delete(orderId);
  }
}

/** Refused orders that have no place in the records: of a symbol nobody knows, under an id that is taken. */
function isKept(code: number): boolean {
  return code !== Code.UNKNOWN_SYMBOL && code !== Code.DUPLICATE_ORDER_ID;
}
