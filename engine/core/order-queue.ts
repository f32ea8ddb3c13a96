import type { Levels } from "./levels.ts";
import * as Level from "./levels.ts";
import * as Row from "./order-row.ts";
import type { OrderTable } from "./order-table.ts";

/**
 * The queue of a level: a list through the order rows, first come first. The level's total counts what
 * the caller says shows; open quantity of the side is the caller's, too.
 */
export function appendToLevel(
  levels: Levels,
  orders: OrderTable,
  level: number,
  slot: number,
  shown: number,
): void {
  const { words, doubles } = levels.segments[level >>> Level.LEVEL_SHIFT]!;
  const at = (level & Level.LEVEL_MASK) << Level.LEVEL_WORDS_SHIFT;
  const total = (at >>> 1) + Level.TOTAL;
  orders.setWord(slot, Row.LEVEL, level);
  const { links } = orders.segments[slot >>> Row.SEGMENT_SHIFT]!;
  const link = (slot & Row.SEGMENT_MASK) * Row.LINK_WORDS;
  const tail = words[at + Level.TAIL]!;
  links[link + Row.NEXT] = -1;
  links[link + Row.PREVIOUS] = tail;
  if (tail < 0) words[at + Level.HEAD] = slot;
  else orders.setLink(tail, Row.NEXT, slot);
  words[at + Level.TAIL] = slot;
  words[at + Level.COUNT] = words[at + Level.COUNT]! + 1;
  doubles[total] = doubles[total]! + shown;
}

/** Takes an order out of its level's queue, wherever it stands, and an emptied level off its side. */
export function removeFromLevel(levels: Levels, orders: OrderTable, slot: number, shown: number): void {
  const level = orders.word(slot, Row.LEVEL);
  const { words, doubles } = levels.segments[level >>> Level.LEVEL_SHIFT]!;
  const at = (level & Level.LEVEL_MASK) << Level.LEVEL_WORDS_SHIFT;
  const count = words[at + Level.COUNT]! - 1;
  words[at + Level.COUNT] = count;
  if (count === 0) {
    levels.remove(level);
    return;
  }
  const { links } = orders.segments[slot >>> Row.SEGMENT_SHIFT]!;
  const link = (slot & Row.SEGMENT_MASK) * Row.LINK_WORDS;
  const next = links[link + Row.NEXT]!;
  const previous = links[link + Row.PREVIOUS]!;
  if (previous < 0) words[at + Level.HEAD] = next;
  else orders.setLink(previous, Row.NEXT, next);
  if (next < 0) words[at + Level.TAIL] = previous;
  else orders.setLink(next, Row.PREVIOUS, previous);
  const total = (at >>> 1) + Level.TOTAL;
  doubles[total] = doubles[total]! - shown;
}

/** Changes how much of a level shows. */
export function addToLevelTotal(levels: Levels, level: number, lots: number): void {
  const { doubles } = levels.segments[level >>> Level.LEVEL_SHIFT]!;
  const total = ((level & Level.LEVEL_MASK) << Level.LEVEL_DOUBLES_SHIFT) + Level.TOTAL;
  doubles[total] = doubles[total]! + lots;
}
