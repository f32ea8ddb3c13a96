import { cancelOrdersOf } from "./cancel-orders.ts";
import { Code } from "./codes.ts";
import type { Command } from "./command.ts";
import type { CoreState } from "./core-state.ts";
import { detachSibling, endOrder } from "./end-order.ts";
import { EventType } from "./event.ts";
import * as Level from "./levels.ts";
import * as Row from "./order-row.ts";
import type { SymbolSpec } from "./symbol-spec.ts";
import { isSaneSpec, SymbolState } from "./symbol-table.ts";
import { SymbolStatus } from "./terms.ts";

/** DefineSymbol. The definition is copied: the core keeps no reference to the command. */
export function defineSymbol(core: CoreState, spec: SymbolSpec | null): void {
  if (spec === null) core.refuse(Code.MALFORMED_COMMAND);
  else if (!isSaneSpec(spec)) core.refuse(Code.INVALID_SYMBOL_DEFINITION);
  else if (core.symbols.get(spec.symbol) !== undefined || core.symbols.hasName(spec.name)) {
    core.refuse(Code.SYMBOL_EXISTS);
  } else {
    core.symbols.add(new SymbolState({ ...spec }, core.levels));
    core.events.push(EventType.SymbolDefined, -1, spec.symbol, 0, spec.status, 0);
  }
}

/** SetSymbolStatus. DELISTED cancels every order of the symbol, and is for good. */
export function setSymbolStatus(core: CoreState, number: number, status: SymbolStatus): void {
  const symbol = core.symbols.get(number);
  if (symbol === undefined) core.refuse(Code.UNKNOWN_SYMBOL);
  else if (!(status >= SymbolStatus.Active && status <= SymbolStatus.Delisted)) {
    core.refuse(Code.MALFORMED_COMMAND);
  } else if (symbol.spec.status === SymbolStatus.Delisted) core.refuse(Code.SYMBOL_DELISTED);
  else {
    symbol.setStatus(status);
    core.events.push(EventType.SymbolStatusChanged, -1, number, 0, status, 0);
    if (status === SymbolStatus.Delisted) cancelSymbol(core, symbol);
  }
}

/** KillSwitch: a disabled user's orders are cancelled and new ones refused. */
export function switchUser(core: CoreState, command: Command): void {
  if (command.userId === "") {
    core.refuse(Code.MALFORMED_COMMAND);
    return;
  }
  const user = core.users.intern(command.userId);
  core.users.setDisabled(user, command.enabled);
  core.events.push(EventType.UserSwitched, -1, user, 0, command.enabled ? 1 : 0, 0);
  if (command.enabled) cancelOrdersOf(core, user, 0, Code.CANCELLED_BY_KILL_SWITCH);
}

/** Ends every order of a symbol by when it was placed. */
function cancelSymbol(core: CoreState, symbol: SymbolState): void {
  const { levels, orders } = core;
  const found: number[] = [];
  for (const side of [symbol.bids, symbol.asks, symbol.rise, symbol.fall]) {
    for (let level = levels.best(side); level >= 0; level = levels.worse(level)) {
      let slot = levels.word(level, Level.HEAD);
      while (slot >= 0) {
        found.push(slot);
        slot = orders.link(slot, Row.NEXT);
      }
    }
  }
  for (const trailing of symbol.trailing ?? []) {
    trailing.forEach((slot) => {
      found.push(slot);
    });
  }
  found.sort(
    (left, right) =>
      orders.placedSequence(left) - orders.placedSequence(right) ||
      (orders.bits(left) & Row.IS_STOP_LEG) - (orders.bits(right) & Row.IS_STOP_LEG),
  );
  for (const slot of found) {
    detachSibling(core, slot);
    endOrder(core, slot, Code.CANCELLED_BY_DELISTING);
  }
}
