import { Code } from "./codes.ts";
import type { Command } from "./command.ts";
import type { CoreState } from "./core-state.ts";
import { TIME } from "./core-state.ts";
import { detachSibling, endOrder } from "./end-order.ts";
import { idHash } from "./order-index.ts";
import { SymbolStatus, TimeInForce } from "./terms.ts";

/** Cancel: one order, by its id or its client order id. */
export function cancelOrder(core: CoreState, command: Command): void {
  const closed = cancelsRefused(core, command.symbol);
  if (closed !== Code.NONE) {
    core.refuse(closed);
    return;
  }
  const slot = findTarget(core, command);
  if (slot < 0) core.refuse(Code.ORDER_NOT_OPEN);
  else endOrder(core, slot, reasonOf(command));
}

/** CancelAll: every open order of a user, in a symbol or everywhere, by when they were placed. */
export function cancelAll(core: CoreState, command: Command): void {
  const closed = command.symbol === 0 ? Code.NONE : cancelsRefused(core, command.symbol);
  if (closed !== Code.NONE) {
    core.refuse(closed);
    return;
  }
  const user = core.users.lookUp(command.userId);
  if (user >= 0) cancelOrdersOf(core, user, command.symbol, reasonOf(command));
}

/** Why a symbol takes no cancels: it is unknown, or delisted, which refuses everything; NONE when it does. */
export function cancelsRefused(core: CoreState, symbol: number): Code {
  const state = core.symbols.get(symbol);
  if (state === undefined) return Code.UNKNOWN_SYMBOL;
  return state.spec.status === SymbolStatus.Delisted ? Code.SYMBOL_DELISTED : Code.NONE;
}

/** Cancels a user's open orders of a symbol (0: of all), by when they were placed. */
export function cancelOrdersOf(core: CoreState, user: number, symbol: number, code: Code): void {
  let slot = core.users.firstOrder(user);
  while (slot >= 0) {
    const after = core.users.nextOrder(slot);
    if (symbol === 0 || core.orders.symbol(slot) === symbol) {
      detachSibling(core, slot);
      endOrder(core, slot, code);
    }
    slot = after;
  }
}

/**
 * ExpireDue ends no more than so many at a time: at the end of a session all of a market's may be due at
 * once, and one command is one entry of one batch.
 */
export const MAX_DUE_PER_COMMAND = 1_000;

/** ExpireDue: the orders whose time has come, the first so many of them. */
export function expireDue(core: CoreState): void {
  const { timers } = core;
  const timeMs = core.clock[TIME]!;
  for (let left = MAX_DUE_PER_COMMAND; left > 0; left--) {
    const due = timers.nextDueMs;
    if (due === 0 || due > timeMs) return;
    const slot = timers.first();
    endOrder(core, slot, expiryCode(core, slot));
  }
}

/** The open order that a command is about, or −1: unknown, final, of another symbol or another user. */
export function findTarget(core: CoreState, command: Command): number {
  const { target, symbol } = command;
  const { orders } = core;
  if (command.targetClientOrderId !== "") {
    const user = core.users.lookUp(command.userId);
    return user < 0 ? -1 : core.clientIds.find(user, symbol, command.targetClientOrderId);
  }
  const slot = core.index.find(idHash(target), target);
  if (slot < 0 || orders.symbol(slot) !== symbol) return -1;
  if (command.byAdmin) return slot;
  return orders.userSlot(slot) === core.users.lookUp(command.userId) ? slot : -1;
}

/** Why a cancel ends its orders. */
export function reasonOf(command: Command): Code {
  if (command.cancelReason !== 0) return command.cancelReason as Code;
  return command.byAdmin ? Code.CANCELLED_BY_ADMIN : Code.CANCELLED_BY_USER;
}

function expiryCode(core: CoreState, slot: number): Code {
  return core.orders.timeInForce(slot) === TimeInForce.Day ? Code.EXPIRED_DAY : Code.EXPIRED_GOOD_TILL_DATE;
}
