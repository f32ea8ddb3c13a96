import type { Command, IdWords } from "./core/command.ts";
import { CommandKind } from "./core/terms.ts";
import type { RecentIds } from "./recent-ids.ts";

/**
 * Ids of orders that come inside another command: the new order of a Replace, the legs of a list. They
 * are kept among the recent ids, under a mark, so that no order gets an id that another one had: the
 * core knows open orders only, and the records would refuse the whole batch, again and again.
 */

/** Top bit of a UUID's variant: set in every command's id, so the marked ones are nobody's. */
const MARK = 0x8000_0000;
const marked: IdWords = { a: 0, b: 0, c: 0, d: 0 };

/** Enters the ids of a command that was sequenced: its own, and its orders'. */
export function enterIds(recentIds: RecentIds, command: Command, sequence: number, timeMs: number): void {
  const { id, order, stopLeg, kind } = command;
  if ((id.a | id.b | id.c | id.d) !== 0) recentIds.add(id, sequence, timeMs);
  if (kind !== CommandKind.Replace && kind !== CommandKind.PlaceList) return;
  enterOrder(recentIds, order.id, sequence, timeMs);
  if (kind === CommandKind.PlaceList) enterOrder(recentIds, stopLeg.id, sequence, timeMs);
}

/** True where the command would give an order an id that was given before. */
export function reusesOrderId(recentIds: RecentIds, command: Command): boolean {
  switch (command.kind) {
    case CommandKind.Place:
      return recentIds.orders > 0 && recentIds.find(mark(command.id)) !== 0;
    case CommandKind.Replace:
      return isUsed(recentIds, command.order.id);
    case CommandKind.PlaceList:
      return isUsed(recentIds, command.order.id) || isUsed(recentIds, command.stopLeg.id);
    default:
      return false;
  }
}

function isUsed(recentIds: RecentIds, id: IdWords): boolean {
  return recentIds.find(id) !== 0 || recentIds.find(mark(id)) !== 0;
}

function enterOrder(recentIds: RecentIds, id: IdWords, sequence: number, timeMs: number): void {
  if (recentIds.find(mark(id)) !== 0) return;
  recentIds.add(marked, sequence, timeMs);
  recentIds.orders += 1;
}

function mark(id: IdWords): IdWords {
  marked.a = id.a;
  marked.b = id.b;
  marked.c = (id.c & ~MARK) >>> 0;
  marked.d = id.d;
  return marked;
}
