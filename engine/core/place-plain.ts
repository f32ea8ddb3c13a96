import { isNotionalBelow } from "./check-order.ts";
import type { Command, OrderRequest } from "./command.ts";
import type { CoreState } from "./core-state.ts";
import { isSideFull, wouldCross } from "./enter.ts";
import { idHash } from "./order-index.ts";
import { restPlain } from "./plain-order.ts";
import { HIGHEST_PRICE, HIGHEST_QUANTITY, LOWEST_PRICE, LOWEST_QUANTITY } from "./symbol-table.ts";
import { OrderType, SelfTradePrevention, SymbolStatus, TimeInForce } from "./terms.ts";

/**
 * Places a LIMIT GTC order without extras that passes every check and crosses nothing. False, and nothing done, for
 * every other: the general function then says what it is. Each check here is one of check-order.ts or
 * place-order.ts; their order does not matter where all of them pass.
 */
export function placePlain(core: CoreState, command: Command): boolean {
  const { order, userId } = command;
  const symbol = core.symbols.get(command.symbol);
  if (symbol === undefined || symbol.limited || symbol.spec.status !== SymbolStatus.Active) return false;
  if (order.timeInForce !== TimeInForce.Gtc || !isPlainLimit(order) || userId === "") return false;
  symbol.fixBand();
  const { side, price, quantity } = order;
  const { limits } = symbol;
  const isWithin =
    price >= limits[LOWEST_PRICE]! &&
    price <= limits[HIGHEST_PRICE]! &&
    quantity >= limits[LOWEST_QUANTITY]! &&
    quantity <= limits[HIGHEST_QUANTITY]! &&
    Math.floor(price) === price &&
    Math.floor(quantity) === quantity &&
    !isNotionalBelow(price, quantity, symbol.spec.minNotional);
  if (!isWithin || wouldCross(core, symbol, side, price) || isSideFull(core, symbol, side, quantity))
    return false;
  const hash = idHash(order.id);
  if (core.index.find(hash, order.id) >= 0) return false;
  const user = core.users.intern(userId);
  if (core.users.isDisabled(user)) return false;
  restPlain(core, symbol, order, user, hash);
  return true;
}

/** Well formed, LIMIT, and nothing given but side, price, quantity, time in force and self-trade prevention. */
function isPlainLimit(order: OrderRequest): boolean {
  const { id, side, selfTradePrevention } = order;
  return (
    order.type === OrderType.Limit &&
    (side === 0 || side === 1) &&
    (selfTradePrevention | 0) === selfTradePrevention &&
    selfTradePrevention >= 0 &&
    selfTradePrevention <= SelfTradePrevention.None &&
    !order.postOnly &&
    order.clientOrderId === "" &&
    order.displayQuantity === 0 &&
    order.expireAtMs === 0 &&
    order.stopPrice === 0 &&
    order.trailingDelta === 0 &&
    order.trailingAmount === 0 &&
    order.activationPrice === 0 &&
    order.quoteQuantity === 0n &&
    (id.a !== 0 || id.b !== 0 || id.c !== 0 || id.d !== 0)
  );
}
