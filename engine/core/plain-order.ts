import type { Code } from "./codes.ts";
import type { OrderRequest } from "./command.ts";
import type { CoreState } from "./core-state.ts";
import { SEQUENCE, TIME } from "./core-state.ts";
import { EventType } from "./event.ts";
import * as Level from "./levels.ts";
import * as Row from "./order-row.ts";
import { Place } from "./order-row.ts";
import type { SymbolState } from "./symbol-table.ts";
import { OrderStatus, OrderType, TimeInForce } from "./terms.ts";

/**
 * The two commonest things that happen, each in one go: a LIMIT GTC order without extras comes to rest, and
 * such an order leaves the book. The same as the general functions do in steps (create-order.ts and
 * enter.ts; end-order.ts), with each row and level looked up once: half of a command's time is that.
 */

const RESTING: number =
  (OrderStatus.Open << Row.STATUS_SHIFT) | (Place.Book << Row.PLACE_SHIFT) | Row.IS_OPEN;
const NOT_PLAIN: number = Row.IS_ICEBERG | Row.HAS_SIBLING | Row.NEEDS_CLEANING;

/** Whether {@link restPlain} may take an order that passed its checks and crosses nothing. */
export function isPlainResting(symbol: SymbolState, order: OrderRequest): boolean {
  return (
    order.type === OrderType.Limit &&
    order.timeInForce === TimeInForce.Gtc &&
    order.displayQuantity === 0 &&
    order.clientOrderId === "" &&
    !symbol.limited
  );
}

/** Accepted, and at the back of its level. `hash` is its id's. */
export function restPlain(
  core: CoreState,
  symbol: SymbolState,
  order: OrderRequest,
  user: number,
  hash: number,
): void {
  const { orders, levels, clock } = core;
  const { id, price, quantity } = order;
  const sequence = clock[SEQUENCE]!;
  const side = symbol.bids + order.side;
  const slot = orders.allocate();
  const level = levels.at(side, price);

  const { words: levelWords, doubles: levelDoubles } = levels.segments[level >>> Level.LEVEL_SHIFT]!;
  const levelAt = (level & Level.LEVEL_MASK) << Level.LEVEL_WORDS_SHIFT;
  const total = (levelAt >>> 1) + Level.TOTAL;
  const tail = levelWords[levelAt + Level.TAIL]!;
  if (tail < 0) levelWords[levelAt + Level.HEAD] = slot;
  else orders.setLink(tail, Row.NEXT, slot);
  levelWords[levelAt + Level.TAIL] = slot;
  levelWords[levelAt + Level.COUNT] = levelWords[levelAt + Level.COUNT]! + 1;
  levelDoubles[total] = levelDoubles[total]! + quantity;
  levels.addOpenQuantity(side, quantity);

  const { words, doubles, links } = orders.segments[slot >>> Row.SEGMENT_SHIFT]!;
  const link = (slot & Row.SEGMENT_MASK) * Row.LINK_WORDS;
  links[link + Row.NEXT] = -1;
  links[link + Row.PREVIOUS] = tail;
  const at = (slot & Row.SEGMENT_MASK) * Row.ROW_WORDS;
  words[at] = id.a;
  words[at + 1] = id.b;
  words[at + 2] = id.c;
  words[at + 3] = id.d;
  words[at + Row.LEVEL] = level;
  words[at + Row.USER] = user;
  words[at + Row.BITS] =
    order.side |
    (OrderType.Limit << Row.TYPE_SHIFT) |
    (TimeInForce.Gtc << Row.TIME_IN_FORCE_SHIFT) |
    (order.selfTradePrevention << Row.SELF_TRADE_SHIFT) |
    (order.postOnly ? Row.POST_ONLY : 0) |
    RESTING;
  words[at + Row.EXTRAS] = 0;
  words[at + Row.SYMBOL_CODE] = symbol.number;
  const doublesAt = at >>> 1;
  doubles[doublesAt + Row.REMAINING] = quantity;
  doubles[doublesAt + Row.PRICE] = price;
  doubles[doublesAt + Row.FILLED] = 0;
  doubles[doublesAt + Row.QUANTITY] = quantity;
  doubles[doublesAt + Row.QUOTE_LOW] = 0;
  doubles[doublesAt + Row.QUOTE_HIGH] = 0;
  doubles[doublesAt + Row.UPDATED_SEQUENCE] = sequence;
  doubles[doublesAt + Row.UPDATED_TIME] = clock[TIME]!;
  doubles[doublesAt + Row.PLACED_SEQUENCE] = sequence;
  core.users.addOrder(user, slot);
  core.index.insert(slot, hash);
  core.events.push(EventType.Accepted, slot, -1, price, quantity, 0);
}

/** Ends a plain resting order and forgets it; false, and nothing done, when it is not plain. */
export function endPlain(core: CoreState, slot: number, code: Code, status: OrderStatus): boolean {
  const { orders, levels, clock } = core;
  const { words, doubles, links } = orders.segments[slot >>> Row.SEGMENT_SHIFT]!;
  const at = (slot & Row.SEGMENT_MASK) * Row.ROW_WORDS;
  const bits = words[at + Row.BITS]!;
  const isInBook = (bits & Row.PLACE_MASK) === Place.Book << Row.PLACE_SHIFT;
  if (!isInBook || (bits & NOT_PLAIN) !== 0 || words[at + Row.EXTRAS] !== 0) return false;
  const doublesAt = at >>> 1;
  const remaining = doubles[doublesAt + Row.REMAINING]!;

  const level = words[at + Row.LEVEL]!;
  const { words: levelWords, doubles: levelDoubles } = levels.segments[level >>> Level.LEVEL_SHIFT]!;
  const levelAt = (level & Level.LEVEL_MASK) << Level.LEVEL_WORDS_SHIFT;
  levels.addOpenQuantity(levelWords[levelAt + Level.SIDE]!, -remaining);
  const count = levelWords[levelAt + Level.COUNT]! - 1;
  if (count === 0) levels.remove(level);
  else {
    const link = (slot & Row.SEGMENT_MASK) * Row.LINK_WORDS;
    const next = links[link + Row.NEXT]!;
    const previous = links[link + Row.PREVIOUS]!;
    if (previous < 0) levelWords[levelAt + Level.HEAD] = next;
    else orders.setLink(previous, Row.NEXT, next);
    if (next < 0) levelWords[levelAt + Level.TAIL] = previous;
    else orders.setLink(next, Row.PREVIOUS, previous);
    levelWords[levelAt + Level.COUNT] = count;
    const total = (levelAt >>> 1) + Level.TOTAL;
    levelDoubles[total] = levelDoubles[total]! - remaining;
  }

  words[at + Row.BITS] = (bits & ~(Row.STATUS_MASK | Row.PLACE_MASK)) | (status << Row.STATUS_SHIFT);
  words[at + Row.SYMBOL_CODE] = (words[at + Row.SYMBOL_CODE]! & 0xffff) | (code << 16);
  doubles[doublesAt + Row.UPDATED_SEQUENCE] = clock[SEQUENCE]!;
  doubles[doublesAt + Row.UPDATED_TIME] = clock[TIME]!;
  core.events.push(EventType.Ended, slot, -1, doubles[doublesAt + Row.PRICE]!, remaining, code);
  core.index.remove(slot);
  core.users.removeOrder(words[at + Row.USER]!, slot);
  orders.release(slot);
  return true;
}
