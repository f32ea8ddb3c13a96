import { findTarget } from "./cancel-orders.ts";
import { isWellFormed, statusCode } from "./check-order.ts";
import { Code } from "./codes.ts";
import type { Command } from "./command.ts";
import type { CoreState } from "./core-state.ts";
import { rejectNew } from "./create-order.ts";
import { endOrder } from "./end-order.ts";
import { accept, checkNew, isOpenId } from "./place-order.ts";

/**
 * Cancel-replace in one command. The new order is checked as if the old one, and its sibling in a list, were
 * gone. STOP_ON_FAILURE: both halves or neither; ALLOW_FAILURE: each stands alone.
 */
export function replaceOrder(core: CoreState, command: Command): void {
  const { order, stopOnFailure } = command;
  if (!isWellFormed(order) || command.userId === "") {
    core.refuse(Code.MALFORMED_COMMAND);
    return;
  }
  if (isOpenId(core, order.id)) {
    core.refuse(Code.DUPLICATE_ORDER_ID);
    return;
  }
  const user = core.users.intern(command.userId);
  const symbol = core.symbols.get(command.symbol);
  const status = symbol === undefined ? Code.UNKNOWN_SYMBOL : statusCode(symbol.spec.status);
  if (symbol === undefined || status !== Code.NONE) {
    rejectNew(core, order, command.symbol, user, symbol?.spec, status);
    return;
  }
  const old = findTarget(core, command);
  if (old < 0) {
    core.refuse(Code.ORDER_NOT_OPEN);
    if (stopOnFailure) {
      rejectNew(core, order, command.symbol, user, symbol.spec, Code.REPLACE_STOPPED);
      return;
    }
  }
  symbol.fixBand();
  const code = checkNew(core, symbol, order, user, 1, old);
  const replaces = code === Code.NONE || !stopOnFailure;
  if (old >= 0 && replaces) endOrder(core, old, Code.CANCELLED_BY_REPLACE);
  if (code === Code.NONE) accept(core, symbol, order, user);
  else rejectNew(core, order, command.symbol, user, symbol.spec, code);
}
