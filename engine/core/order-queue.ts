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
  const words = levels.words[level >>> Level.LEVEL_SHIFT]!;
  const at = (level & Level.LEVEL_MASK) << Level.LEVEL_WORDS_SHIFT;
  const doubles = levels.doubles[level >>> Level.LEVEL_SHIFT]!;
  const doublesAt = (level & Level.LEVEL_MASK) << Level.LEVEL_DOUBLES_SHIFT;
  const row = orders.words[slot >>> Row.SEGMENT_SHIFT]!;
  const rowAt = (slot & Row.SEGMENT_MASK) << Row.ROW_WORDS_SHIFT;
  const tail = words[at + Level.TAIL]!;
  row[rowAt + Row.LEVEL] = level;
  row[rowAt + Row.NEXT] = -1;
  row[rowAt + Row.PREVIOUS] = tail;
  if (tail < 0) words[at + Level.HEAD] = slot;
  else orders.setWord(tail, Row.NEXT, slot);
  words[at + Level.TAIL] = slot;
  words[at + Level.COUNT] = words[at + Level.COUNT]! + 1;
  doubles[doublesAt + Level.TOTAL] = doubles[doublesAt + Level.TOTAL]! + shown;
}

/** Takes an order out of its level's queue, wherever it stands, and an emptied level off its side. */
export function removeFromLevel(levels: Levels, orders: OrderTable, slot: number, shown: number): void {
  const row = orders.words[slot >>> Row.SEGMENT_SHIFT]!;
  const rowAt = (slot & Row.SEGMENT_MASK) << Row.ROW_WORDS_SHIFT;
  const level = row[rowAt + Row.LEVEL]!;
  const words = levels.words[level >>> Level.LEVEL_SHIFT]!;
  const at = (level & Level.LEVEL_MASK) << Level.LEVEL_WORDS_SHIFT;
  const next = row[rowAt + Row.NEXT]!;
  const previous = row[rowAt + Row.PREVIOUS]!;
  if (previous < 0) words[at + Level.HEAD] = next;
  else orders.setWord(previous, Row.NEXT, next);
  if (next < 0) words[at + Level.TAIL] = previous;
  else orders.setWord(next, Row.PREVIOUS, previous);
  const count = words[at + Level.COUNT]! - 1;
  words[at + Level.COUNT] = count;
  if (count === 0) levels.remove(level);
  else {
    const doubles = levels.doubles[level >>> Level.LEVEL_SHIFT]!;
    const total = ((level & Level.LEVEL_MASK) << Level.LEVEL_DOUBLES_SHIFT) + Level.TOTAL;
    doubles[total] = doubles[total]! - shown;
  }
}

/** Changes how much of a level shows. */
export function addToLevelTotal(levels: Levels, level: number, lots: number): void {
  const doubles = levels.doubles[level >>> Level.LEVEL_SHIFT]!;
  const total = ((level & Level.LEVEL_MASK) << Level.LEVEL_DOUBLES_SHIFT) + Level.TOTAL;
  doubles[total] = doubles[total]! + lots;
}
