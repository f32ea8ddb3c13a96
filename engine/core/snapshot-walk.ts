import type { CoreState } from "./core-state.ts";
import * as Level from "./levels.ts";
import * as Row from "./order-row.ts";
import type { SymbolState } from "./symbol-table.ts";

/**
 * Every open order in the one order that does not depend on how the tables are laid out: symbol by symbol
 * bids, asks, waiting for a rise, for a fall (each level by level, in the order of the queue), then active trailing
 * stops, buy before sell, from the furthest extreme on, by when they were placed.
 */
export function openOrdersInOrder(core: CoreState): Int32Array {
  const slots = new Int32Array(core.index.count);
  let count = 0;
  const add = (slot: number): void => {
    slots[count] = slot;
    count += 1;
  };
  for (const symbol of core.symbols.all()) {
    for (const side of [symbol.bids, symbol.asks, symbol.rise, symbol.fall]) walkSide(core, side, add);
    for (const slot of trailingInOrder(core, symbol)) add(slot);
  }
  if (count !== slots.length) throw new Error("snapshot: an open order stands nowhere");
  return slots;
}

function walkSide(core: CoreState, side: number, visit: (slot: number) => void): void {
  const { levels, orders } = core;
  for (let level = levels.best(side); level >= 0; level = levels.worse(level)) {
    let slot = levels.word(level, Level.HEAD);
    while (slot >= 0) {
      visit(slot);
      slot = orders.link(slot, Row.NEXT);
    }
  }
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
