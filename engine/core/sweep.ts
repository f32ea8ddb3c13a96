import type { CoreState } from "./core-state.ts";
import { SEQUENCE, TIME } from "./core-state.ts";
import { endSibling, forget } from "./end-order.ts";
import { EventType } from "./event.ts";
import * as Level from "./levels.ts";
import { meetIceberg } from "./maker-trade.ts";
import * as Row from "./order-row.ts";
import { meetOwnOrder } from "./self-trade.ts";
import type { SymbolState } from "./symbol-table.ts";
import { OrderStatus, SelfTradePrevention, Side } from "./terms.ts";
import { addProduct } from "./wide.ts";

const FILLED_BITS: number = OrderStatus.Filled << Row.STATUS_SHIFT;
const PARTIAL_BITS: number = OrderStatus.PartiallyFilled << Row.STATUS_SHIFT;

/**
 * Matches a taker (taken out of the book, or new) against the other side, price by price, order by order, up to
 * `limit`. Its row has what is left afterwards. Returns true when self-trade prevention ended it; its
 * end is then still to be told.
 *
 * The plain case is all here; an own order and an iceberg are met in functions of their own, after which the
 * sweep looks at the best level again.
 */
export function sweep(core: CoreState, symbol: SymbolState, taker: number, limit: number): boolean {
  const { orders, levels, events, clock } = core;
  const { words: takerWords, doubles: takerDoubles } = orders.segments[taker >>> Row.SEGMENT_SHIFT]!;
  const takerAt = (taker & Row.SEGMENT_MASK) * Row.ROW_WORDS;
  const takerDoublesAt = (taker & Row.SEGMENT_MASK) * Row.ROW_DOUBLES;
  const takerBits = takerWords[takerAt + Row.BITS]!;
  const isBuy = (takerBits & 1) === Side.Buy;
  const opposite = isBuy ? symbol.asks : symbol.bids;
  const prevents = ((takerBits >>> Row.SELF_TRADE_SHIFT) & Row.FIELD_MASK) !== SelfTradePrevention.None;
  /** The user whose orders must not be met, −1 when any may. */
  const ownUser = prevents ? takerWords[takerAt + Row.USER]! : -1;
  const sequence = clock[SEQUENCE]!;
  const time = clock[TIME]!;
  let remaining = takerDoubles[takerDoublesAt + Row.REMAINING]!;
  let level = levels.best(opposite);

  while (level >= 0 && remaining > 0) {
    const { words: levelWords, doubles: levelDoubles } = levels.segments[level >>> Level.LEVEL_SHIFT]!;
    const levelAt = (level & Level.LEVEL_MASK) << Level.LEVEL_WORDS_SHIFT;
    const levelDoublesAt = (level & Level.LEVEL_MASK) << Level.LEVEL_DOUBLES_SHIFT;
    const price = levelDoubles[levelDoublesAt + Level.LEVEL_PRICE]!;
    if (isBuy ? price > limit : price < limit) break;
    const before = remaining;
    let special = -1;
    let gone = 0;
    let maker = levelWords[levelAt + Level.HEAD]!;
    while (maker >= 0 && remaining > 0) {
      const { words, doubles } = orders.segments[maker >>> Row.SEGMENT_SHIFT]!;
      const at = (maker & Row.SEGMENT_MASK) * Row.ROW_WORDS;
      const bits = words[at + Row.BITS]!;
      if (words[at + Row.USER] === ownUser || (bits & Row.IS_ICEBERG) !== 0) {
        special = maker;
        break;
      }
      const doublesAt = (maker & Row.SEGMENT_MASK) * Row.ROW_DOUBLES;
      const open = doubles[doublesAt + Row.REMAINING]!;
      const quantity = Math.min(open, remaining);
      remaining -= quantity;
      doubles[doublesAt + Row.REMAINING] = open - quantity;
      doubles[doublesAt + Row.FILLED] = doubles[doublesAt + Row.FILLED]! + quantity;
      const quote = doubles[doublesAt + Row.QUOTE_LOW]! + price * quantity;
      if (quote < Row.LIMB) doubles[doublesAt + Row.QUOTE_LOW] = quote;
      else addProduct(doubles, doublesAt + Row.QUOTE_LOW, doublesAt + Row.QUOTE_HIGH, price, quantity);
      doubles[doublesAt + Row.UPDATED_SEQUENCE] = sequence;
      doubles[doublesAt + Row.UPDATED_TIME] = time;
      events.push(EventType.Trade, maker, taker, price, quantity, 0);
      if ((bits & Row.HAS_SIBLING) !== 0) endSibling(core, maker);
      if (quantity < open) {
        words[at + Row.BITS] = (words[at + Row.BITS]! & ~Row.STATUS_MASK) | PARTIAL_BITS;
        break;
      }
      words[at + Row.BITS] = (words[at + Row.BITS]! & ~(Row.STATUS_MASK | Row.PLACE_MASK)) | FILLED_BITS;
      const next = orders.link(maker, Row.NEXT);
      gone += 1;
      forget(core, maker);
      maker = next;
    }
    const swept = before - remaining;
    if (swept > 0) {
      levelDoubles[levelDoublesAt + Level.TOTAL] = levelDoubles[levelDoublesAt + Level.TOTAL]! - swept;
      levels.addOpenQuantity(opposite, -swept);
      takerDoubles[takerDoublesAt + Row.REMAINING] = remaining;
      takerDoubles[takerDoublesAt + Row.FILLED] = takerDoubles[takerDoublesAt + Row.FILLED]! + swept;
      const low = takerDoublesAt + Row.QUOTE_LOW;
      const quote = takerDoubles[low]! + price * swept;
      if (quote < Row.LIMB) takerDoubles[low] = quote;
      else addProduct(takerDoubles, low, takerDoublesAt + Row.QUOTE_HIGH, price, swept);
    }
    if (gone > 0) {
      levelWords[levelAt + Level.HEAD] = maker;
      levelWords[levelAt + Level.COUNT] = levelWords[levelAt + Level.COUNT]! - gone;
      if (maker >= 0) orders.setLink(maker, Row.PREVIOUS, -1);
      else {
        levelWords[levelAt + Level.TAIL] = -1;
        levels.remove(level);
        level = levels.best(opposite);
        continue;
      }
    }
    if (special < 0) break;
    if (orders.userSlot(special) === ownUser) {
      if (meetOwnOrder(core, taker, special)) return true;
    } else meetIceberg(core, taker, special, price);
    remaining = takerDoubles[takerDoublesAt + Row.REMAINING]!;
    level = levels.best(opposite);
  }
  return false;
}
