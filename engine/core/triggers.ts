import type { CoreState } from "./core-state.ts";
import { TIME } from "./core-state.ts";
import { endSibling, takeOut } from "./end-order.ts";
import { enterTriggered } from "./enter.ts";
import { EventType } from "./event.ts";
import * as Level from "./levels.ts";
import { ExtraDouble } from "./order-extras.ts";
import { appendToLevel } from "./order-queue.ts";
import * as Row from "./order-row.ts";
import { Place } from "./order-row.ts";
import type { SymbolState } from "./symbol-table.ts";
import { OrderType, Side } from "./terms.ts";
import { TrailingStops } from "./trailing-stops.ts";

/**
 * What waits for a trade price, and what trades set off. An order waits on one of two sides of its
 * symbol: `rise` (fires at a last price at or above its key) or `fall` (at or below). A trailing stop that
 * is not active waits there too, for its activation price, or under key 0 of `rise` for any trade.
 */

/** Puts a conditional order, already open, where it waits. */
export function wait(core: CoreState, symbol: SymbolState, slot: number): void {
  const { orders, extras, levels } = core;
  const row = orders.extras(slot);
  const isBuy = orders.side(slot) === Side.Buy;
  let side = isBuy ? symbol.rise : symbol.fall;
  let key = extras.double(row, ExtraDouble.StopPrice);
  if (orders.type(slot) === OrderType.TrailingStop) {
    key = extras.double(row, ExtraDouble.ActivationPrice);
    side = key !== 0 && isBuy ? symbol.fall : symbol.rise;
  }
  appendToLevel(levels, orders, levels.at(side, key), slot, 0);
  orders.setPlace(slot, Place.Waiting);
}

/**
 * After an entry: the last trade price, then the cascade that the trades since event `firstEvent` set off,
 * breadth first. Finite, since each trigger uses its order up.
 */
export function settleTrades(core: CoreState, symbol: SymbolState, firstEvent: number): void {
  const { events, triggered } = core;
  if (!hasWaiting(core, symbol)) {
    let last = events.count - 1;
    while (last >= firstEvent && events.type[last] !== EventType.Trade) last -= 1;
    if (last >= firstEvent) symbol.lastTrade = events.price[last]!;
    return;
  }
  let from = firstEvent;
  let next = 0;
  for (;;) {
    const to = events.count;
    for (let at = from; at < to; at += 1) {
      if (events.type[at] === EventType.Trade) settleTrade(core, symbol, events.price[at]!);
    }
    if (next === triggered.length) break;
    from = events.count;
    enterTriggered(core, symbol, triggered[next]!);
    next += 1;
  }
  if (next > 0) triggered.length = 0;
}

/** True when the last trade price already meets a stop's condition. */
export function wouldTrigger(symbol: SymbolState, side: Side, stopPrice: number): boolean {
  const last = symbol.lastTrade;
  return last !== 0 && (side === Side.Buy ? last >= stopPrice : last <= stopPrice);
}

function hasWaiting(core: CoreState, symbol: SymbolState): boolean {
  const { levels } = core;
  return levels.best(symbol.rise) >= 0 || levels.best(symbol.fall) >= 0 || symbol.trailing !== null;
}

/** One trade: moves extremes, then activates and triggers, by when the orders were placed. */
function settleTrade(core: CoreState, symbol: SymbolState, price: number): void {
  const { orders } = core;
  symbol.lastTrade = price;
  const found: number[] = [];
  symbol.trailing?.[Side.Buy].observe(price, found);
  symbol.trailing?.[Side.Sell].observe(price, found);
  for (const slot of found) orders.setPlace(slot, Place.Nowhere);
  takeFired(core, symbol.rise, found, (key) => key <= price);
  takeFired(core, symbol.fall, found, (key) => key >= price);
  if (found.length > 1)
    found.sort((left, right) => orders.placedSequence(left) - orders.placedSequence(right));
  for (const slot of found) {
    const isTrailing = orders.type(slot) === OrderType.TrailingStop;
    const row = orders.extras(slot);
    if (isTrailing && core.extras.double(row, ExtraDouble.ActivatedAt) === 0) {
      activate(core, symbol, slot, price);
    } else trigger(core, slot, price);
  }
}

/** Makes a trailing stop active with its first extreme (or, restoring, the one that it had). */
export function activateAt(core: CoreState, symbol: SymbolState, slot: number, extreme: number): void {
  const { orders, extras } = core;
  symbol.trailing ??= [
    new TrailingStops(orders, extras, Side.Buy),
    new TrailingStops(orders, extras, Side.Sell),
  ];
  symbol.trailing[orders.side(slot)].activate(slot, extreme);
  orders.setPlace(slot, Place.Trailing);
}

function activate(core: CoreState, symbol: SymbolState, slot: number, price: number): void {
  activateAt(core, symbol, slot, price);
  core.stamp(slot);
  core.events.push(EventType.Activated, slot, -1, price, 0, 0);
}

function takeFired(core: CoreState, side: number, found: number[], holds: (key: number) => boolean): void {
  const { levels, orders } = core;
  let level = levels.best(side);
  while (level >= 0 && holds(levels.price(level))) {
    let slot = levels.word(level, Level.HEAD);
    while (slot >= 0) {
      const after = orders.link(slot, Row.NEXT);
      takeOut(core, slot);
      found.push(slot);
      slot = after;
    }
    level = levels.best(side);
  }
}

function trigger(core: CoreState, slot: number, price: number): void {
  core.extras.setDouble(core.orders.extras(slot), ExtraDouble.TriggeredAt, core.clock[TIME]!);
  core.stamp(slot);
  core.events.push(EventType.Triggered, slot, -1, price, 0, 0);
  core.triggered.push(slot);
  endSibling(core, slot);
}
