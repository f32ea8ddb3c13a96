import { codeName } from "./core/codes.ts";
import { averagePrice, formatTickLots, formatUnits } from "./core/decimal.ts";
import type { SymbolSpec } from "./core/symbol-spec.ts";
import {
  OrderStatus,
  OrderType,
  SelfTradePrevention,
  Side,
  SymbolStatus,
  TimeInForce,
} from "./core/terms.ts";
import type { OrderState, Outcome, TradeState } from "./outcome.ts";
import type { OutboundEvent } from "./ports.ts";

/**
 * What the world outside hears of one sequenced command, as JSON texts with decimal amounts:
 *
 * | routing key | one for |
 * |---|---|
 * | `orders.BTC-USDT.filled` (and the other states) | each order that the command touched: its state after it |
 * | `trades.BTC-USDT` | each trade |
 * | `settlements.BTC-USDT` | the command, if it traded or ended an order: what moves, what is to be released |
 * | `risk.BTC-USDT` | the command, if it touched orders: what each of them still reserves |
 * | `symbols.BTC-USDT.halted` | a symbol's definition or change of status |
 *
 * All follows from the journal alone, so an event published again is the same to the byte, id included.
 * Consumers drop what they have seen by id or sequence, and what is of another timeline or an older
 * epoch.
 */
export interface EventOrigin {
  readonly group: string;
  readonly timeline: string;
  /** Epoch of the journal row. */
  readonly epoch: number;
  /** Steps and names, which never change after definition. */
  readonly symbolOf: (symbol: number) => SymbolSpec | undefined;
}

const SIDES = namesOf(Side);
const TYPES = namesOf(OrderType);
const TIMES_IN_FORCE = namesOf(TimeInForce);
const PREVENTIONS = namesOf(SelfTradePrevention);
const STATUSES = namesOf(OrderStatus);
const SYMBOL_STATUSES = namesOf(SymbolStatus);

/** The events of one outcome, in order. */
export function outboundEvents(outcome: Outcome, origin: EventOrigin): OutboundEvent[] {
  const events: OutboundEvent[] = [];
  const emit = (routingKey: string, type: string, payload: object): void => {
    const id = `${origin.timeline}:${origin.group}:${outcome.sequence}:${events.length}`;
    const body = JSON.stringify({
      id,
      type,
      group: origin.group,
      timeline: origin.timeline,
      epoch: origin.epoch,
      sequence: outcome.sequence,
      time: new Date(outcome.timeMs).toISOString(),
      commandId: outcome.commandId,
      payload,
    });
    events.push({ id, routingKey, body });
  };
  for (const order of outcome.orders) {
    const spec = origin.symbolOf(order.symbol);
    if (spec === undefined) continue;
    const status = STATUSES[order.status] as string;
    emit(`orders.${topicOf(spec)}.${status.toLowerCase()}`, `ORDER_${status}`, orderPayload(order, spec));
  }
  outcome.trades.forEach((trade, place) => {
    const spec = specOfTrade(outcome, trade, origin);
    if (spec !== undefined)
      emit(`trades.${topicOf(spec)}`, "TRADE", tradePayload(outcome, trade, place, spec));
  });
  for (const spec of symbolsOf(outcome, origin)) {
    const settlement = settlementPayload(outcome, spec);
    if (settlement !== null) emit(`settlements.${topicOf(spec)}`, "SETTLEMENT", settlement);
    emit(`risk.${topicOf(spec)}`, "RESERVATIONS", { reservations: reservations(outcome, spec) });
  }
  const change = outcome.symbolChange;
  const changed = change === null ? undefined : origin.symbolOf(change.symbol);
  if (change !== null && changed !== undefined) {
    const status = SYMBOL_STATUSES[change.status] as string;
    emit(`symbols.${topicOf(changed)}.${status.toLowerCase()}`, "SYMBOL_STATUS", {
      symbol: changed.name,
      status,
    });
  }
  return events;
}

function orderPayload(order: OrderState, spec: SymbolSpec): object {
  const price = (ticks: number): string | null => (ticks === 0 ? null : formatUnits(ticks, spec.priceStep));
  const lots = (quantity: number): string => formatUnits(quantity, spec.quantityStep);
  const quote = (tickLots: bigint): string => formatTickLots(tickLots, spec.priceStep, spec.quantityStep);
  return {
    orderId: order.orderId,
    clientOrderId: order.clientOrderId || null,
    listId: order.listId || null,
    userId: order.userId,
    symbol: spec.name,
    side: SIDES[order.side],
    type: TYPES[order.type],
    timeInForce: TIMES_IN_FORCE[order.timeInForce],
    selfTradePrevention: PREVENTIONS[order.selfTradePrevention],
    postOnly: order.postOnly,
    status: STATUSES[order.status],
    reason: order.code === 0 ? null : codeName(order.code),
    price: price(order.price),
    stopPrice: price(order.stopPrice),
    trailingDelta: order.trailingDelta || null,
    trailingAmount: price(order.trailingAmount),
    activationPrice: price(order.activationPrice),
    quantity: order.quantity === 0 ? null : lots(order.quantity),
    quoteQuantity: order.quoteQuantity === 0n ? null : quote(order.quoteQuantity),
    displayQuantity: order.displayQuantity === 0 ? null : lots(order.displayQuantity),
    filledQuantity: lots(order.filledQuantity),
    filledQuote: quote(order.filledQuote),
    preventedQuantity: lots(order.preventedQuantity),
    remainingQuantity: order.quantity === 0 ? null : lots(remaining(order)),
    averagePrice: averagePrice(order.filledQuote, order.filledQuantity, spec.priceStep),
    expireAt: order.expireAtMs === 0 ? null : new Date(order.expireAtMs).toISOString(),
    triggeredAt: order.triggeredAtMs === 0 ? null : new Date(order.triggeredAtMs).toISOString(),
    updatedAt: new Date(order.updatedAtMs).toISOString(),
    sequence: order.sequence,
  };
}

function tradePayload(outcome: Outcome, trade: TradeState, place: number, spec: SymbolSpec): object {
  const maker = outcome.orders[trade.maker] as OrderState;
  const taker = outcome.orders[trade.taker] as OrderState;
  const [buy, sell] = taker.side === Side.Buy ? [taker, maker] : [maker, taker];
  return {
    tradeId: trade.tradeId,
    symbol: spec.name,
    price: formatUnits(trade.price, spec.priceStep),
    quantity: formatUnits(trade.quantity, spec.quantityStep),
    takerSide: SIDES[taker.side],
    buyOrderId: buy.orderId,
    sellOrderId: sell.orderId,
    buyerUserId: buy.userId,
    sellerUserId: sell.userId,
    place,
    executedAt: new Date(outcome.timeMs).toISOString(),
  };
}

/** Exact amounts: base = lots, quote = price × lots, nothing rounded. */
function settlementPayload(outcome: Outcome, spec: SymbolSpec): object | null {
  const transfers = outcome.trades
    .filter((trade) => (outcome.orders[trade.maker] as OrderState).symbol === spec.symbol)
    .map((trade) => {
      const maker = outcome.orders[trade.maker] as OrderState;
      const taker = outcome.orders[trade.taker] as OrderState;
      const [buy, sell] = taker.side === Side.Buy ? [taker, maker] : [maker, taker];
      const quote = BigInt(trade.price) * BigInt(trade.quantity);
      return {
        tradeId: trade.tradeId,
        buyerUserId: buy.userId,
        sellerUserId: sell.userId,
        buyOrderId: buy.orderId,
        sellOrderId: sell.orderId,
        baseAmount: formatUnits(trade.quantity, spec.quantityStep),
        quoteAmount: formatTickLots(quote, spec.priceStep, spec.quantityStep),
        buyerReleasedQuote: formatTickLots(savedBy(buy, trade), spec.priceStep, spec.quantityStep),
      };
    });
  const releases = outcome.orders
    .filter((order) => order.symbol === spec.symbol && order.status >= OrderStatus.Filled)
    .map((order) => ({ orderId: order.orderId, userId: order.userId, ...reservedBy(order, spec) }));
  if (transfers.length === 0 && releases.length === 0) return null;
  return { symbol: spec.name, base: spec.base, quote: spec.quote, transfers, releases };
}

function reservations(outcome: Outcome, spec: SymbolSpec): object[] {
  return outcome.orders
    .filter((order) => order.symbol === spec.symbol)
    .map((order) => {
      const final = order.status >= OrderStatus.Filled;
      const reserved = final ? { asset: assetOf(order, spec), amount: "0" } : reservedBy(order, spec);
      return { orderId: order.orderId, userId: order.userId, side: SIDES[order.side], ...reserved };
    });
}

/**
 * What an order's own terms hold back, of the asset that it pays with: what is left of a sell's quantity;
 * what is left × limit, or what is left of the amount to spend, for a buy. Null for a buy without a limit
 * and without an amount: its terms name none.
 */
function reservedBy(order: OrderState, spec: SymbolSpec): { asset: string; amount: string | null } {
  const asset = assetOf(order, spec);
  const amount = (tickLots: bigint): string => formatTickLots(tickLots, spec.priceStep, spec.quantityStep);
  if (order.side === Side.Sell) {
    return { asset, amount: order.quantity === 0 ? null : formatUnits(remaining(order), spec.quantityStep) };
  }
  if (order.quoteQuantity !== 0n) return { asset, amount: amount(order.quoteQuantity - order.filledQuote) };
  if (order.price === 0) return { asset, amount: null };
  return { asset, amount: amount(BigInt(order.price) * BigInt(remaining(order))) };
}

/** What a buyer's limit had held back for a trade beyond what it cost. */
function savedBy(buy: OrderState, trade: TradeState): bigint {
  if (buy.price === 0 || buy.quoteQuantity !== 0n) return 0n;
  return BigInt(buy.price - trade.price) * BigInt(trade.quantity);
}

function assetOf(order: OrderState, spec: SymbolSpec): string {
  return order.side === Side.Buy ? spec.quote : spec.base;
}

/** By quantity only. */
function remaining(order: OrderState): number {
  return order.quantity - order.filledQuantity - order.preventedQuantity;
}

function symbolsOf(outcome: Outcome, origin: EventOrigin): Set<SymbolSpec> {
  const specs = new Set<SymbolSpec>();
  for (const order of outcome.orders) {
    const spec = origin.symbolOf(order.symbol);
    if (spec !== undefined) specs.add(spec);
  }
  return specs;
}

function specOfTrade(outcome: Outcome, trade: TradeState, origin: EventOrigin): SymbolSpec | undefined {
  return origin.symbolOf((outcome.orders[trade.maker] as OrderState).symbol);
}

/** `BTC/USDT` → `BTC-USDT`; a dot would be a word of its own in a routing key. */
function topicOf(spec: SymbolSpec): string {
  return spec.name.replaceAll("/", "-").replaceAll(".", "_");
}

/** `PartiallyFilled` → `PARTIALLY_FILLED`, by number. */
function namesOf(terms: Readonly<Record<string, number>>): readonly string[] {
  const names: string[] = [];
  for (const [name, number] of Object.entries(terms)) {
    names[number] = name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
  }
  return names;
}
