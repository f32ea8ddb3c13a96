import { defineSymbol, setSymbolStatus, switchUser } from "./administer.ts";
import { amendOrder } from "./amend-order.ts";
import { cancelAll, cancelOrder, expireDue } from "./cancel-orders.ts";
import { Code } from "./codes.ts";
import type { Command, IdWords } from "./command.ts";
import { CoreState, SEQUENCE, TIME } from "./core-state.ts";
import { shownOf } from "./end-order.ts";
import type { EventBuffer } from "./event-buffer.ts";
import * as Level from "./levels.ts";
import type { OrderExtras } from "./order-extras.ts";
import { idHash } from "./order-index.ts";
import { cancelList, placeList } from "./order-lists.ts";
import * as Row from "./order-row.ts";
import type { OrderTable } from "./order-table.ts";
import { placeOrder } from "./place-order.ts";
import { placePlain } from "./place-plain.ts";
import { replaceOrder } from "./replace-order.ts";
import { readSnapshot } from "./snapshot-restore.ts";
import { hashState, snapshotSteps, writeSnapshot } from "./snapshot-writer.ts";
import { hashText } from "./state-hash.ts";
import type { Steps } from "./steps.ts";
import type { SymbolSpec } from "./symbol-spec.ts";
import type { Side } from "./terms.ts";
import { CommandKind } from "./terms.ts";
import type { UserTable } from "./user-table.ts";

export interface MatchingCoreOptions {
  /** Orders to make room for at once; more are taken as they come, without a pause. */
  readonly orderCapacity?: number;
}

const FIRST_CAPACITY = 4_096;

/**
 * The books of one symbol group: a pure, synchronous, deterministic state machine. Commands come in with
 * their sequence, time and ids; what happened is in `events`, valid, like the slots it names, until the
 * next `apply`. What the rules refuse is an event; a broken invariant throws, and the caller must then
 * tell nobody anything.
 */
export class MatchingCore {
  readonly #state: CoreState;
  readonly events: EventBuffer;
  readonly orders: OrderTable;
  readonly extras: OrderExtras;
  readonly users: UserTable;

  constructor(options: MatchingCoreOptions = {}) {
    this.#state = new CoreState(options.orderCapacity ?? FIRST_CAPACITY);
    this.events = this.#state.events;
    this.orders = this.#state.orders;
    this.extras = this.#state.extras;
    this.users = this.#state.users;
  }

  /** A core as it was when the snapshot was taken; throws a SnapshotError. */
  static restore(bytes: Uint8Array, options: MatchingCoreOptions = {}): MatchingCore {
    const core = new MatchingCore(options);
    readSnapshot(core.#state, bytes);
    return core;
  }

  /** The whole state between two commands, with a checksum: equal states give equal bytes. */
  snapshot(): Uint8Array<ArrayBuffer> {
    return writeSnapshot(this.#state);
  }

  /**
   * The same snapshot in steps of some milliseconds, for a caller who has other things to do in between. A
   * command between two steps makes the next one throw.
   */
  snapshotSteps(): Steps<Uint8Array<ArrayBuffer>> {
    return snapshotSteps(this.#state);
  }

  /** Hash of the canonical state, 32 hexadecimal digits: free of slots, capacities, and how it came about. */
  stateHash(): string {
    return hashText(hashState(this.#state));
  }

  /** Sequence of the last command, 0 before the first. */
  get lastSequence(): number {
    return this.#state.clock[SEQUENCE]!;
  }

  /** Time of the last command, milliseconds. */
  get lastTimeMs(): number {
    return this.#state.clock[TIME]!;
  }

  /** Applies the next command. Throws when its sequence or time does not follow. */
  apply(command: Command): void {
    const core = this.#state;
    const { clock } = core;
    if (command.sequence !== clock[SEQUENCE]! + 1) throw new Error("the command's sequence does not follow");
    if (!(command.timeMs >= clock[TIME]!)) throw new Error("the command's time goes back");
    clock[SEQUENCE] = command.sequence;
    clock[TIME] = command.timeMs;
    core.events.count = 0;
    core.orders.recycle();
    core.extras.recycle();
    dispatch(core, command);
  }

  /** Slot of the open order with this id (its four words), or −1. */
  slotOf(id: Readonly<IdWords>): number {
    return this.#state.index.find(idHash(id), id);
  }

  /** Slot of a user's open order by its client order id, or −1. */
  findByClientOrderId(userId: string, symbol: number, clientOrderId: string): number {
    const user = this.users.find(userId);
    return user < 0 ? -1 : this.#state.clientIds.find(user, symbol, clientOrderId);
  }

  /** The client order id of a slot, "" when it has none. */
  clientOrderId(slot: number): string {
    return (this.orders.bits(slot) & Row.HAS_CLIENT_ID) !== 0 ? this.#state.clientIds.text(slot) : "";
  }

  /** When the next order is due to expire, milliseconds; 0: none is. */
  nextExpiryMs(): number {
    return this.#state.timers.nextDueMs;
  }

  /** Open orders, in all symbols: resting and waiting. */
  get openOrderCount(): number {
    return this.#state.index.count;
  }

  /** A symbol's definition with its status of now. */
  symbol(number: number): SymbolSpec | undefined {
    return this.#state.symbols.get(number)?.spec;
  }

  /** Every symbol, in the order of definition. */
  symbols(): SymbolSpec[] {
    return this.#state.symbols.all().map((symbol) => symbol.spec);
  }

  /** Ticks; 0 when nobody bids. */
  bestBid(symbol: number): number {
    const state = this.#state.symbols.get(symbol);
    return state === undefined ? 0 : this.#state.levels.bestPrice(state.bids);
  }

  /** Ticks; 0 when nobody offers. */
  bestAsk(symbol: number): number {
    const state = this.#state.symbols.get(symbol);
    return state === undefined ? 0 : this.#state.levels.bestPrice(state.asks);
  }

  /** Ticks; 0 before the first trade. */
  lastTradePrice(symbol: number): number {
    return this.#state.symbols.get(symbol)?.lastTrade ?? 0;
  }

  /** Lots that show at a price. */
  levelQuantity(symbol: number, side: Side, price: number): number {
    const level = this.#levelAt(symbol, side, price);
    return level < 0 ? 0 : this.#state.levels.total(level);
  }

  /** Orders at a price. */
  levelOrders(symbol: number, side: Side, price: number): number {
    const level = this.#levelAt(symbol, side, price);
    return level < 0 ? 0 : this.#state.levels.word(level, Level.COUNT);
  }

  /** Price levels on a side. */
  levelCount(symbol: number, side: Side): number {
    const state = this.#state.symbols.get(symbol);
    return state === undefined ? 0 : this.#state.levels.levelCount(state.sideOf(side));
  }

  /** Calls with at most `limit` levels, best first: price in ticks, lots that show, number of orders. */
  depth(
    symbol: number,
    side: Side,
    limit: number,
    visit: (price: number, quantity: number, orders: number) => void,
  ): void {
    const { symbols, levels } = this.#state;
    const state = symbols.get(symbol);
    if (state === undefined) return;
    let level = levels.best(state.sideOf(side));
    for (let left = limit; level >= 0 && left > 0; left -= 1) {
      visit(levels.price(level), levels.total(level), levels.word(level, Level.COUNT));
      level = levels.worse(level);
    }
  }

  /** Calls with every resting order of a side in the order of its queue, and the lots of it that show. */
  resting(symbol: number, side: Side, visit: (slot: number, shown: number) => void): void {
    const { symbols, levels, orders } = this.#state;
    const state = symbols.get(symbol);
    if (state === undefined) return;
    for (let level = levels.best(state.sideOf(side)); level >= 0; level = levels.worse(level)) {
      let slot = levels.word(level, Level.HEAD);
      while (slot >= 0) {
        visit(slot, shownOf(this.#state, slot));
        slot = orders.link(slot, Row.NEXT);
      }
    }
  }

  #levelAt(symbol: number, side: Side, price: number): number {
    const state = this.#state.symbols.get(symbol);
    return state === undefined ? -1 : this.#state.levels.find(state.sideOf(side), price);
  }
}

function dispatch(core: CoreState, command: Command): void {
  switch (command.kind) {
    case CommandKind.Place:
      if (!placePlain(core, command)) placeOrder(core, command.order, command.symbol, command.userId);
      break;
    case CommandKind.Cancel:
      cancelOrder(core, command);
      break;
    case CommandKind.CancelAll:
      cancelAll(core, command);
      break;
    case CommandKind.Amend:
      amendOrder(core, command);
      break;
    case CommandKind.Replace:
      replaceOrder(core, command);
      break;
    case CommandKind.PlaceList:
      placeList(core, command);
      break;
    case CommandKind.CancelList:
      cancelList(core, command);
      break;
    case CommandKind.DefineSymbol:
      defineSymbol(core, command.spec);
      break;
    case CommandKind.SetSymbolStatus:
      setSymbolStatus(core, command.symbol, command.status);
      break;
    case CommandKind.KillSwitch:
      switchUser(core, command);
      break;
    case CommandKind.ExpireDue:
      expireDue(core);
      break;
    case CommandKind.Refusal:
      core.refuse((command.code === 0 ? Code.INTERNAL_REFUSED : command.code) as Code);
      break;
    default:
      core.refuse(Code.MALFORMED_COMMAND);
  }
}
