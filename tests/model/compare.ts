import type { Command } from "../../engine/core/command.ts";
import { EventType } from "../../engine/core/event.ts";
import { CommandKind, Side } from "../../engine/core/terms.ts";
import type { CoreSubject } from "./core-subject.ts";
import type { NaiveEvent } from "./naive-order.ts";
import type { OrderView, TwinSubject } from "./subject.ts";
import { nameIn } from "./term-names.ts";

/**
 * One command on both; throws at the first difference: events, then the orders that they name, then
 * (if asked for) every live order, then the books.
 */
export function applyToBoth(
  core: CoreSubject,
  twin: TwinSubject,
  command: Command,
  wholeState = true,
): readonly NaiveEvent[] {
  const expected = twin.apply(command);
  const actual = core.apply(command);
  const what = `command ${command.sequence}, ${nameIn(CommandKind, command.kind)}`;
  same(`${what}: events`, actual.map(eventText), expected.map(eventText));
  for (const event of expected) {
    const names = event.type === EventType.Trade || event.type === EventType.Prevented;
    for (const id of names ? [event.order, event.other] : [event.order]) {
      if (id !== "") same(`${what}: an order it names`, orderText(core.view(id)), orderText(twin.view(id)));
    }
  }
  if (wholeState) compareStates(core, twin, what);
  return actual;
}

/** Every live order, every level, every queue, by what both offer to everybody. */
export function compareStates(core: CoreSubject, twin: TwinSubject, what: string): void {
  same(`${what}: live orders`, core.live().map(orderText), twin.live().map(orderText));
  for (const symbol of twin.symbols()) {
    const last = twin.twin.matching.symbols.get(symbol)?.last ?? 0n;
    same(`${what}: last trade`, BigInt(core.core.lastTradePrice(symbol)), last);
    for (const side of [Side.Buy, Side.Sell]) {
      same(`${what}: best price`, core.best(symbol, side), twin.best(symbol, side));
      const depth = twin.depth(symbol, side);
      same(`${what}: depth`, core.depth(symbol, side), depth);
      for (const { price } of depth) {
        same(`${what}: queue at ${price}`, core.queue(symbol, side, price), twin.queue(symbol, side, price));
      }
    }
  }
}

/** Throws with both when they are not the same. */
export function same(what: string, actual: unknown, expected: unknown): void {
  const [left, right] = [textOf(actual), textOf(expected)];
  if (left !== right) throw new Error(`${what}\n  core: ${left}\n  twin: ${right}`);
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? String(inner) : inner)) ?? "none";
}

function eventText(event: NaiveEvent): string {
  const { type, order, other, price, quantity, code } = event;
  return `${nameIn(EventType, type)} ${order} ${other} ${quantity} @ ${price} code ${code}`;
}

function orderText(order: OrderView | undefined): string {
  return order === undefined ? "none" : textOf(order);
}
