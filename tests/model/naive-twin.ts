import { MAX_DUE_PER_COMMAND } from "../../engine/core/cancel-orders.ts";
import { Code } from "../../engine/core/codes.ts";
import type { Command, OrderRequest } from "../../engine/core/command.ts";
import { EventType } from "../../engine/core/event.ts";
import { CommandKind, OrderStatus, Side, SymbolStatus, TimeInForce } from "../../engine/core/terms.ts";
import { applyAmend } from "./naive-amend.ts";
import { checkDefinition, statusCode } from "./naive-checks.ts";
import { checkEntry, isMalformedList, isMalformedOrder } from "./naive-entry.ts";
import { NaiveMatching } from "./naive-matching.ts";
import { idOf, type NaiveEvent, type NaiveOrder, NO_ID, orderFrom } from "./naive-order.ts";
import { makersFor } from "./naive-sweep.ts";

/**
 * The semantics once more, as plainly as they can be put: see README.md beside this file for what was
 * decided where they leave room. Takes the same commands as the core and tells the same events.
 */
export class NaiveTwin {
  readonly matching = new NaiveMatching();
  readonly disabledUsers = new Set<string>();
  #places = 1;

  /** Events of the command, in the order they happened. */
  apply(command: Command): readonly NaiveEvent[] {
    const { matching } = this;
    matching.begin(command.timeMs, command.symbol);
    const code = this.#dispatch(command);
    if (code !== Code.NONE) matching.emit(EventType.Refused, null, { code });
    matching.runTriggers();
    for (const order of matching.named.values()) {
      order.updatedSequence = command.sequence;
      order.updatedAtMs = command.timeMs;
    }
    return matching.events;
  }

  /** Best price that rests on `side`, 0n: none. */
  best(symbol: number, side: Side): bigint {
    return this.#resting(symbol, side)[0]?.price ?? 0n;
  }

  /** Visible lots and number of orders per price, best first. */
  depth(symbol: number, side: Side): { price: bigint; quantity: bigint; orders: number }[] {
    const levels: { price: bigint; quantity: bigint; orders: number }[] = [];
    for (const order of this.#resting(symbol, side)) {
      let level = levels.find((one) => one.price === order.price);
      if (level === undefined) {
        level = { price: order.price, quantity: 0n, orders: 0 };
        levels.push(level);
      }
      level.quantity += order.visible;
      level.orders += 1;
    }
    return levels;
  }

  /** Orders of one side in the order in which they would be taken. */
  #resting(symbol: number, side: Side): NaiveOrder[] {
    return makersFor(this.matching.live, symbol, side === Side.Buy ? Side.Sell : Side.Buy);
  }

  /** NONE, or why the command did nothing (told as Refused). */
  #dispatch(command: Command): Code {
    switch (command.kind) {
      case CommandKind.Place:
        return this.#place(command);
      case CommandKind.Cancel:
        return this.#cancel(command);
      case CommandKind.CancelAll:
        return this.#cancelAll(command);
      case CommandKind.Amend:
        return this.#amend(command);
      case CommandKind.Replace:
        return this.#replace(command);
      case CommandKind.PlaceList:
        return this.#placeList(command);
      case CommandKind.CancelList:
        return this.#cancelList(command);
      case CommandKind.DefineSymbol:
        return this.#define(command);
      case CommandKind.SetSymbolStatus:
        return this.#setStatus(command);
      case CommandKind.KillSwitch:
        return this.#killSwitch(command);
      case CommandKind.ExpireDue:
        return this.#expireDue(command);
      case CommandKind.Refusal:
        return (command.code === 0 ? Code.INTERNAL_REFUSED : command.code) as Code;
    }
  }

  #place(command: Command): Code {
    const { order } = command;
    if (isMalformedOrder(command, order)) return Code.MALFORMED_COMMAND;
    if (this.#isLive(order)) return Code.DUPLICATE_ORDER_ID;
    const code = this.#check(command, [order], this.matching.live);
    if (code !== Code.NONE) this.#reject(command, order, code);
    else this.matching.accept(this.#make(command, order, ""));
    return Code.NONE;
  }

  #placeList(command: Command): Code {
    const { order, stopLeg } = command;
    if (isMalformedList(command)) return Code.MALFORMED_COMMAND;
    if (this.#isLive(order) || this.#isLive(stopLeg) || idOf(order.id) === idOf(stopLeg.id)) {
      return Code.DUPLICATE_ORDER_ID;
    }
    const code = this.#check(command, [order, stopLeg], this.matching.live);
    for (const leg of [order, stopLeg]) {
      if (code !== Code.NONE) this.#reject(command, leg, code);
      else this.matching.accept(this.#make(command, leg, idOf(command.id)));
    }
    return Code.NONE;
  }

  #replace(command: Command): Code {
    const { matching } = this;
    const { order } = command;
    if (isMalformedOrder(command, order)) return Code.MALFORMED_COMMAND;
    if (this.#isLive(order)) return Code.DUPLICATE_ORDER_ID;
    const market = matching.symbols.get(command.symbol);
    const closed = market === undefined ? Code.UNKNOWN_SYMBOL : statusCode(market.status);
    const old = this.#target(command);
    if (closed !== Code.NONE) {
      this.#reject(command, order, closed);
      return Code.NONE;
    }
    if (old === undefined) {
      matching.emit(EventType.Refused, null, { code: Code.ORDER_NOT_OPEN });
      if (command.stopOnFailure) {
        this.#reject(command, order, Code.REPLACE_STOPPED);
        return Code.NONE;
      }
    }
    const sibling = old === undefined ? undefined : matching.siblingOf(old);
    const others = matching.live.filter((other) => other !== old && other !== sibling);
    const code = this.#check(command, [order], others);
    if (old !== undefined && (code === Code.NONE || !command.stopOnFailure)) {
      matching.end(old, OrderStatus.Cancelled, Code.CANCELLED_BY_REPLACE);
    }
    if (code !== Code.NONE) this.#reject(command, order, code);
    else matching.accept(this.#make(command, order, ""));
    return Code.NONE;
  }

  #cancel(command: Command): Code {
    const closed = this.#cancelsRefused(command);
    if (closed !== Code.NONE) return closed;
    const order = this.#target(command);
    if (order === undefined) return Code.ORDER_NOT_OPEN;
    this.matching.end(order, OrderStatus.Cancelled, cancelReason(command));
    return Code.NONE;
  }

  #cancelList(command: Command): Code {
    const closed = this.#cancelsRefused(command);
    if (closed !== Code.NONE) return closed;
    const legs = this.#byPlace(
      (order) =>
        order.listId === idOf(command.target) &&
        order.symbol === command.symbol &&
        (command.byAdmin || order.userId === command.userId),
    );
    if (legs.length === 0) return Code.LIST_NOT_OPEN;
    for (const leg of legs) this.matching.end(leg, OrderStatus.Cancelled, cancelReason(command), true);
    return Code.NONE;
  }

  #cancelAll(command: Command): Code {
    if (command.symbol !== 0) {
      const closed = this.#cancelsRefused(command);
      if (closed !== Code.NONE) return closed;
    }
    this.#endAll(
      (order) => order.userId === command.userId && (command.symbol === 0 || order.symbol === command.symbol),
      cancelReason(command),
    );
    return Code.NONE;
  }

  #amend(command: Command): Code {
    const market = this.matching.symbols.get(command.symbol);
    if (market === undefined) return Code.UNKNOWN_SYMBOL;
    const closed = statusCode(market.status);
    if (closed !== Code.NONE) return closed;
    const order = this.#target(command);
    if (order === undefined) return Code.ORDER_NOT_OPEN;
    return applyAmend(this.matching, market, order, command);
  }

  #define(command: Command): Code {
    const { spec } = command;
    if (spec === null) return Code.MALFORMED_COMMAND;
    const wrong = checkDefinition(spec);
    if (wrong !== Code.NONE) return wrong;
    const known = [...this.matching.symbols.values()];
    if (known.some((one) => one.spec.symbol === spec.symbol || one.spec.name === spec.name)) {
      return Code.SYMBOL_EXISTS;
    }
    this.matching.symbols.set(spec.symbol, { spec, status: spec.status, last: 0n });
    this.matching.emit(EventType.SymbolDefined, null, {
      other: String(spec.symbol),
      quantity: BigInt(spec.status),
    });
    return Code.NONE;
  }

  #setStatus(command: Command): Code {
    const market = this.matching.symbols.get(command.symbol);
    if (market === undefined) return Code.UNKNOWN_SYMBOL;
    if (market.status === SymbolStatus.Delisted) return Code.SYMBOL_DELISTED;
    market.status = command.status;
    this.matching.emit(EventType.SymbolStatusChanged, null, {
      other: String(command.symbol),
      quantity: BigInt(command.status),
    });
    if (command.status === SymbolStatus.Delisted) {
      this.#endAll((order) => order.symbol === command.symbol, Code.CANCELLED_BY_DELISTING);
    }
    return Code.NONE;
  }

  #killSwitch(command: Command): Code {
    if (command.userId === "") return Code.MALFORMED_COMMAND;
    this.matching.emit(EventType.UserSwitched, null, {
      other: command.userId,
      quantity: command.enabled ? 1n : 0n,
    });
    if (!command.enabled) {
      this.disabledUsers.delete(command.userId);
      return Code.NONE;
    }
    this.disabledUsers.add(command.userId);
    this.#endAll((order) => order.userId === command.userId, Code.CANCELLED_BY_KILL_SWITCH);
    return Code.NONE;
  }

  #expireDue(command: Command): Code {
    const due = this.#byPlace((order) => order.dueAtMs > 0 && order.dueAtMs <= command.timeMs);
    let left = MAX_DUE_PER_COMMAND;
    for (const order of due.sort((one, other) => one.dueAtMs - other.dueAtMs || one.place - other.place)) {
      if (!this.matching.live.includes(order)) continue;
      if (left-- === 0) break;
      const code = order.timeInForce === TimeInForce.Day ? Code.EXPIRED_DAY : Code.EXPIRED_GOOD_TILL_DATE;
      this.matching.end(order, OrderStatus.Expired, code);
    }
    return Code.NONE;
  }

  #check(command: Command, legs: readonly OrderRequest[], others: readonly NaiveOrder[]): Code {
    const market = this.matching.symbols.get(command.symbol);
    if (market === undefined) return Code.UNKNOWN_SYMBOL;
    const reference = this.matching.referenceOf(command.symbol);
    return checkEntry(legs, others, {
      market,
      reference,
      isSideFull: (side, more) => this.matching.isSideFull(command.symbol, side, more, others),
      timeMs: command.timeMs,
      userId: command.userId,
      disabled: this.disabledUsers.has(command.userId),
    });
  }

  #make(command: Command, request: OrderRequest, listId: string): NaiveOrder {
    const sessionEndMinute = this.matching.symbols.get(command.symbol)?.spec.sessionEndMinute ?? null;
    return orderFrom(
      request,
      { userId: command.userId, symbol: command.symbol, listId },
      { timeMs: command.timeMs, sessionEndMinute, place: this.#places++ },
    );
  }

  #reject(command: Command, request: OrderRequest, code: Code): void {
    const listId = command.kind === CommandKind.PlaceList ? idOf(command.id) : "";
    const order = this.#make(command, request, listId);
    this.matching.reject(order, code);
  }

  #cancelsRefused(command: Command): Code {
    const market = this.matching.symbols.get(command.symbol);
    if (market === undefined) return Code.UNKNOWN_SYMBOL;
    return market.status === SymbolStatus.Delisted ? Code.SYMBOL_DELISTED : Code.NONE;
  }

  #isLive(request: OrderRequest): boolean {
    return this.matching.live.some((order) => order.id === idOf(request.id));
  }

  #target(command: Command): NaiveOrder | undefined {
    const id = idOf(command.target);
    return this.matching.live.find((order) => {
      if (order.symbol !== command.symbol) return false;
      const mine = order.userId === command.userId;
      if (id !== NO_ID) return order.id === id && (mine || command.byAdmin);
      return (
        mine && command.targetClientOrderId !== "" && order.clientOrderId === command.targetClientOrderId
      );
    });
  }

  #byPlace(which: (order: NaiveOrder) => boolean): NaiveOrder[] {
    return this.matching.live.filter(which).sort((one, other) => one.place - other.place);
  }

  /** Both legs of a list are meant: neither ends by the other. */
  #endAll(which: (order: NaiveOrder) => boolean, code: Code): void {
    for (const order of this.#byPlace(which)) this.matching.end(order, OrderStatus.Cancelled, code, true);
  }
}

function cancelReason(command: Command): Code {
  if (command.cancelReason !== 0) return command.cancelReason as Code;
  return command.byAdmin ? Code.CANCELLED_BY_ADMIN : Code.CANCELLED_BY_USER;
}
