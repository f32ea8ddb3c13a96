import { toDecimal } from "./decimal-price.ts";
import type { FlowCommand } from "./flow-command.ts";

/** How a file's numbers and ids become the API's. */
export interface Mapping {
  /** `AAPL/USD` */
  readonly symbol: string;
  /** The file's price is an integer over this: 10,000 in LOBSTER's files. */
  readonly priceScale: number;
  /** The file's quantity is an integer over this. */
  readonly quantityScale: number;
  /** Before the file's id in a clientOrderId. */
  readonly idPrefix: string;
}

export type BatchItem = Readonly<Record<string, string>>;

/**
 * A command as an item of `POST /orders/batch`. Orders are found again by their clientOrderId. The
 * flow is anonymous, so one user places all of it, and self-trade prevention has to let it trade.
 */
export function batchItem(command: FlowCommand, mapping: Mapping): BatchItem {
  const { symbol, priceScale, quantityScale, idPrefix } = mapping;
  const clientOrderId = `${idPrefix}${command.id}`;
  switch (command.op) {
    case "cancel":
      return { op: "cancel", symbol, clientOrderId };
    case "reduce":
      return { op: "amend", symbol, clientOrderId, reduceBy: toDecimal(command.qty, quantityScale) };
    case "place":
      return {
        op: "place",
        symbol,
        clientOrderId,
        side: command.side === "buy" ? "BUY" : "SELL",
        type: command.type === "limit" ? "LIMIT" : "MARKET",
        timeInForce: command.type === "market" && command.tif === "GTC" ? "IOC" : command.tif,
        quantity: toDecimal(command.qty, quantityScale),
        ...(command.price === null ? {} : { price: toDecimal(command.price, priceScale) }),
        selfTradePrevention: "NONE",
      };
  }
}
