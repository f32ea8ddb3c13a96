import { labelOf } from "../../../db/labels.ts";
import {
  orderSideEnum,
  orderStatusEnum,
  orderTypeEnum,
  selfTradePreventionEnum,
  timeInForceEnum,
} from "../../../db/schema/enums.ts";
import { formatTickLots, formatUnits } from "../../../engine/core/decimal.ts";
import type { SymbolSpec } from "../../../engine/core/symbol-spec.ts";
import type { OrderState } from "../../../engine/outcome.ts";
import type { OrderRecord, TradeRecord } from "../../../engine/ports.ts";

type Show = (value: never, spec: SymbolSpec) => string;

const ticks = (value: number, { priceStep }: SymbolSpec): string => formatUnits(value, priceStep);
const lots = (value: number, { quantityStep }: SymbolSpec): string => formatUnits(value, quantityStep);
const quote = (value: bigint, { priceStep, quantityStep }: SymbolSpec): string =>
  formatTickLots(value, priceStep, quantityStep);
const time = (value: number): string => (value === 0 ? "none" : new Date(value).toISOString());
const text = (value: string): string => JSON.stringify(value);
const plain = (value: number | boolean): string => String(value);
const label =
  (labels: readonly string[]) =>
  (value: number): string =>
    labelOf(labels, value);

/** Every field of an order by its column, and how it is written in words. */
const ORDER_FIELDS: Readonly<Record<keyof OrderState, readonly [column: string, show: Show]>> = {
  orderId: ["order_id", text],
  clientOrderId: ["client_order_id", text],
  listId: ["list_id", text],
  userId: ["user_id", text],
  symbol: ["symbol", plain],
  side: ["side", label(orderSideEnum.enumValues)],
  type: ["type", label(orderTypeEnum.enumValues)],
  timeInForce: ["time_in_force", label(timeInForceEnum.enumValues)],
  selfTradePrevention: ["self_trade_prevention", label(selfTradePreventionEnum.enumValues)],
  postOnly: ["post_only", plain],
  status: ["status", label(orderStatusEnum.enumValues)],
  code: ["reason_code", plain],
  price: ["price", ticks],
  stopPrice: ["stop_price", ticks],
  trailingDelta: ["trailing_delta", plain],
  trailingAmount: ["trailing_amount", ticks],
  activationPrice: ["activation_price", ticks],
  quantity: ["quantity", lots],
  displayQuantity: ["display_quantity", lots],
  filledQuantity: ["filled_quantity", lots],
  preventedQuantity: ["prevented_quantity", lots],
  quoteQuantity: ["quote_quantity", quote],
  filledQuote: ["filled_quote", quote],
  expireAtMs: ["expire_at", time],
  triggeredAtMs: ["triggered_at", time],
  updatedAtMs: ["updated_at", time],
  sequence: ["sequence", plain],
};

const TRADE_FIELDS: Readonly<Record<keyof TradeRecord, readonly [column: string, show: Show]>> = {
  tradeId: ["trade_id", text],
  symbol: ["symbol", plain],
  buyOrderId: ["buy_order_id", text],
  sellOrderId: ["sell_order_id", text],
  buyerUserId: ["buyer_user_id", text],
  sellerUserId: ["seller_user_id", text],
  takerSide: ["taker_side", label(orderSideEnum.enumValues)],
  price: ["price", ticks],
  quantity: ["quantity", lots],
  executedAtMs: ["executed_at", time],
  sequence: ["sequence", plain],
};

/** "price is 60000.01, not 60000.00": one for each field that differs. */
export function orderDifferences(
  stored: OrderRecord,
  expected: OrderState,
  createdAtMs: number,
  spec: SymbolSpec,
): string[] {
  const found = differences(ORDER_FIELDS, stored.state, expected, spec);
  if (stored.createdAtMs !== createdAtMs) {
    found.push(`created_at is ${time(stored.createdAtMs)}, not ${time(createdAtMs)}`);
  }
  return found;
}

/** The same of a trade. */
export function tradeDifferences(stored: TradeRecord, expected: TradeRecord, spec: SymbolSpec): string[] {
  return differences(TRADE_FIELDS, stored, expected, spec);
}

export function statusWord(status: number): string {
  return labelOf(orderStatusEnum.enumValues, status);
}

function differences<T extends object>(
  fields: Readonly<Record<keyof T, readonly [column: string, show: Show]>>,
  stored: T,
  expected: T,
  spec: SymbolSpec,
): string[] {
  const found: string[] = [];
  for (const key of Object.keys(fields) as (keyof T)[]) {
    const is: unknown = stored[key];
    const due: unknown = asStored(expected[key]);
    if (is === due) continue;
    const [column, show] = fields[key];
    found.push(`${column} is ${show(is as never, spec)}, not ${show(due as never, spec)}`);
  }
  return found;
}

/** PostgreSQL's text holds every character but U+0000. */
function asStored(value: unknown): unknown {
  return typeof value === "string" ? value.replaceAll("\0", "\uFFFD") : value;
}
