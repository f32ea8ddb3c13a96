import { Code } from "./codes.ts";
import type { CoreState } from "./core-state.ts";
import { endOrder, shownOf } from "./end-order.ts";
import { EventType } from "./event.ts";
import * as Level from "./levels.ts";
import { tradeWithMaker } from "./maker-trade.ts";
import { prevent, preventMaker } from "./self-trade.ts";
import { MAX_LOTS } from "./symbol-spec.ts";
import type { SymbolState } from "./symbol-table.ts";
import { SelfTradePrevention, Side } from "./terms.ts";

/**
 * The sweep of a MARKET order by quote amount: at each level as many whole lots as the quote left buys
 * (or, selling, brings in). Returns NONE when it is FILLED (after fills no further lot fits at the best
 * price), else why it expires.
 */
export function sweepByQuote(core: CoreState, symbol: SymbolState, taker: number, limit: number): Code {
  const { orders, levels } = core;
  const isBuy = orders.side(taker) === Side.Buy;
  const opposite = isBuy ? symbol.asks : symbol.bids;
  const mode = orders.selfTradePrevention(taker);
  const ownUser = mode === SelfTradePrevention.None ? -1 : orders.userSlot(taker);
  let left = core.extras.quoteQuantity(orders.extras(taker));
  for (;;) {
    if (left === 0n && orders.filled(taker) > 0) return Code.NONE;
    const level = levels.best(opposite);
    if (level < 0) return Code.EXPIRED_NO_LIQUIDITY;
    const price = levels.price(level);
    if (isBuy ? price > limit : price < limit) return Code.EXPIRED_PRICE_BAND;
    const fitting = left / BigInt(price);
    if (fitting === 0n) return orders.filled(taker) > 0 ? Code.NONE : Code.EXPIRED_NO_LIQUIDITY;
    const lots = fitting > BigInt(MAX_LOTS) ? MAX_LOTS : Number(fitting);
    const maker = levels.word(level, Level.HEAD);
    if (orders.userSlot(maker) !== ownUser) {
      const quantity = Math.min(lots, shownOf(core, maker));
      tradeWithMaker(core, taker, maker, price, quantity);
      left -= BigInt(quantity) * BigInt(price);
    } else if (mode === SelfTradePrevention.ExpireTaker) return Code.EXPIRED_SELF_TRADE_PREVENTION;
    else if (mode === SelfTradePrevention.Decrement) {
      const prevented = Math.min(lots, orders.remaining(maker));
      core.events.push(EventType.Prevented, maker, taker, price, prevented, 0);
      prevent(core, taker, prevented);
      preventMaker(core, maker, prevented);
      left -= BigInt(prevented) * BigInt(price);
      if (prevented === lots) return Code.EXPIRED_SELF_TRADE_PREVENTION;
    } else {
      endOrder(core, maker, Code.EXPIRED_SELF_TRADE_PREVENTION);
      if (mode === SelfTradePrevention.ExpireBoth) return Code.EXPIRED_SELF_TRADE_PREVENTION;
    }
  }
}
