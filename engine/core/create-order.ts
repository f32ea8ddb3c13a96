import type { Code } from "./codes.ts";
import type { OrderRequest } from "./command.ts";
import type { CoreState } from "./core-state.ts";
import { SEQUENCE, TIME } from "./core-state.ts";
import { forget } from "./end-order.ts";
import { EventType } from "./event.ts";
import { ExtraDouble, ExtraWord } from "./order-extras.ts";
import * as Row from "./order-row.ts";
import type { SymbolSpec } from "./symbol-spec.ts";
import { OrderStatus, TimeInForce } from "./terms.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * A row with what an order asks for, status PENDING, not yet found by anything. `spec` is undefined for a
 * symbol that is unknown (the order is then about to be rejected).
 */
export function createOrder(
  core: CoreState,
  order: OrderRequest,
  symbol: number,
  user: number,
  spec: SymbolSpec | undefined,
): number {
  const { orders, clock } = core;
  const slot = orders.allocate();
  const { words, doubles } = orders.segments[slot >>> Row.SEGMENT_SHIFT]!;
  const at = (slot & Row.SEGMENT_MASK) * Row.ROW_WORDS;
  const doublesAt = (slot & Row.SEGMENT_MASK) * Row.ROW_DOUBLES;
  const { id } = order;
  words[at] = id.a;
  words[at + 1] = id.b;
  words[at + 2] = id.c;
  words[at + 3] = id.d;
  words[at + Row.LEVEL] = -1;
  words[at + Row.USER] = user;
  doubles[doublesAt + Row.REMAINING] = order.quantity;
  doubles[doublesAt + Row.PRICE] = order.price;
  doubles[doublesAt + Row.FILLED] = 0;
  doubles[doublesAt + Row.QUANTITY] = order.quantity;
  doubles[doublesAt + Row.QUOTE_LOW] = 0;
  doubles[doublesAt + Row.QUOTE_HIGH] = 0;
  doubles[doublesAt + Row.UPDATED_SEQUENCE] = clock[SEQUENCE]!;
  doubles[doublesAt + Row.UPDATED_TIME] = clock[TIME]!;
  doubles[doublesAt + Row.PLACED_SEQUENCE] = clock[SEQUENCE]!;
  let bits =
    order.side |
    (order.type << Row.TYPE_SHIFT) |
    (order.timeInForce << Row.TIME_IN_FORCE_SHIFT) |
    (order.selfTradePrevention << Row.SELF_TRADE_SHIFT) |
    (order.postOnly ? Row.POST_ONLY : 0);
  if (order.clientOrderId !== "") {
    bits |= Row.HAS_CLIENT_ID;
    core.clientIds.setText(slot, order.clientOrderId);
  }
  if (order.displayQuantity !== 0) bits |= Row.IS_ICEBERG;
  if (order.quoteQuantity !== 0n) bits |= Row.IS_BY_QUOTE;
  words[at + Row.BITS] = bits;
  words[at + Row.SYMBOL_CODE] = symbol & 0xffff;
  words[at + Row.EXTRAS] = needsExtras(order) ? createExtras(core, order, spec) : 0;
  return slot;
}

/** An order that never enters the book: a row for the event to name, and why. */
export function rejectNew(
  core: CoreState,
  order: OrderRequest,
  symbol: number,
  user: number,
  spec: SymbolSpec | undefined,
  code: Code,
): void {
  const slot = createOrder(core, order, symbol, user, spec);
  rejectRow(core, slot, code);
  forget(core, slot);
}

/** Marks a row as rejected and says so. */
export function rejectRow(core: CoreState, slot: number, code: Code): void {
  const { orders } = core;
  orders.setStatus(slot, OrderStatus.Rejected);
  orders.setCode(slot, code);
  core.stamp(slot);
  core.events.push(EventType.Rejected, slot, -1, orders.price(slot), orders.quantity(slot), code);
}

/** End of the session that a time is in, strictly after it: when a DAY order is due. */
function sessionEndMs(timeMs: number, sessionEndMinute: number): number {
  const offset = sessionEndMinute * MINUTE_MS;
  return (Math.floor((timeMs - offset) / DAY_MS) + 1) * DAY_MS + offset;
}

/** The row of extras of an order, made when it has none. */
export function extrasOf(core: CoreState, slot: number): number {
  const known = core.orders.extras(slot);
  if (known !== 0) return known;
  const row = core.extras.allocate();
  core.orders.setWord(slot, Row.EXTRAS, row);
  return row;
}

function needsExtras(order: OrderRequest): boolean {
  return (
    order.timeInForce === TimeInForce.Day ||
    order.expireAtMs !== 0 ||
    order.displayQuantity !== 0 ||
    order.quoteQuantity !== 0n ||
    order.stopPrice !== 0 ||
    order.trailingDelta !== 0 ||
    order.trailingAmount !== 0 ||
    order.activationPrice !== 0
  );
}

function createExtras(core: CoreState, order: OrderRequest, spec: SymbolSpec | undefined): number {
  const { extras } = core;
  const row = extras.allocate();
  extras.setDouble(row, ExtraDouble.StopPrice, order.stopPrice);
  extras.setDouble(row, ExtraDouble.TrailingAmount, order.trailingAmount);
  extras.setDouble(row, ExtraDouble.ActivationPrice, order.activationPrice);
  extras.setDouble(row, ExtraDouble.DisplayQuantity, order.displayQuantity);
  extras.setWord(row, ExtraWord.TrailingDelta, order.trailingDelta);
  if (order.quoteQuantity !== 0n) extras.setQuoteQuantity(row, order.quoteQuantity);
  const isDay = order.timeInForce === TimeInForce.Day && spec !== undefined;
  const dueMs = isDay ? sessionEndMs(core.clock[TIME]!, spec.sessionEndMinute) : order.expireAtMs;
  extras.setDouble(row, ExtraDouble.ExpireAt, dueMs);
  return row;
}
