import type { CoreState } from "./core-state.ts";
import * as Level from "./levels.ts";
import * as Row from "./order-row.ts";
import type { Steps } from "./steps.ts";
import type { SymbolState } from "./symbol-table.ts";

/** Orders that are seen to in a step of a snapshot: some milliseconds. */
export const ORDERS_A_STEP = 4_096;

/**
 * Every open order in the one order that does not depend on how the tables are laid out: symbol by symbol
 * bids, asks, waiting for a rise, for a fall (each level by level, in the order of the queue), then active trailing
 * stops, buy before sell, from the furthest extreme on, by when they were placed. Yields between steps.
 */
export function* openOrdersInOrder(core: CoreState): Steps<Int32Array> {
  const { levels, orders } = core;
  const slots = new Int32Array(core.index.count);
  let count = 0;
  for (const symbol of core.symbols.all()) {
    for (const side of [symbol.bids, symbol.asks, symbol.rise, symbol.fall]) {
      for (let level = levels.best(side); level >= 0; level = levels.worse(level)) {
        for (let slot = levels.word(level, Level.HEAD); slot >= 0; slot = orders.link(slot, Row.NEXT)) {
          slots[count] = slot;
          count += 1;
          if (count % ORDERS_A_STEP === 0) yield;
        }
      }
    }
    for (const slot of trailingInOrder(core, symbol)) {
      slots[count] = slot;
      count += 1;
    }
  }
  if (count !== slots.length) throw new Error("snapshot: an open order stands nowhere");
  return slots;
}

function trailingInOrder(core: CoreState, symbol: SymbolState): number[] {
  const ordered: number[] = [];
  for (const side of symbol.trailing ?? []) {
    const slots: number[] = [];
    side.forEach((slot) => {
      slots.push(slot);
    });
    const furthest = new Map(slots.map((slot, at) => [slot, at]));
    const groupOf = new Map(slots.map((slot) => [slot, side.extremeOf(slot)]));
    slots.sort((left, right) =>
      groupOf.get(left) === groupOf.get(right)
        ? core.orders.placedSequence(left) - core.orders.placedSequence(right)
        : furthest.get(left)! - furthest.get(right)!,
    );
    ordered.push(...slots);
  }
  return ordered;
}
