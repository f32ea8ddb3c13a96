import { AmendField, Command, type IdWords, type OrderRequest } from "../../engine/core/command.ts";
import type { SymbolSpec } from "../../engine/core/symbol-spec.ts";
import {
  CommandKind,
  OrderType,
  SelfTradePrevention,
  Side,
  SymbolStatus,
  TimeInForce,
} from "../../engine/core/terms.ts";
import { formatId, makeId, parseId } from "../../engine/ids.ts";
import { encodeCommand } from "../../engine/wire/command-codec.ts";
import { symbolSpec } from "../support/engine/commands.ts";
import { ALWAYS, type CoreFaults } from "./core-faults.ts";
import type { Random } from "./random.ts";

export const SYMBOLS: readonly SymbolSpec[] = [
  symbolSpec(1, "BTC/USDT", { minPrice: 1, maxPrice: 100_000, maxQuantity: 100_000 }),
  symbolSpec(2, "ETH/USDT", { priceBandBps: 2_000, referencePrice: 100, maxOpenOrders: 12 }),
];

const USERS = ["ann", "bob", "cyd"];

export interface WorkCommand {
  /** "" where nobody can find an id in it. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** Random commands of one pod: mostly sensible, aimed at a narrow book, so that most things meet. */
export class Workload {
  readonly #random: Random;
  readonly #nowMs: () => number;
  readonly #faults: CoreFaults;
  /** Orders and lists that it made, for cancels and amends to aim at. */
  readonly #orders: { id: string; symbol: number; userId: string; client: string }[] = [];
  readonly #lists: { id: string; symbol: number; userId: string }[] = [];

  constructor(random: Random, nowMs: () => number, faults: CoreFaults) {
    this.#random = random;
    this.#nowMs = nowMs;
    this.#faults = faults;
  }

  next(): WorkCommand {
    const random = this.#random;
    const command = new Command();
    command.symbol = random.pick([1, 1, 1, 2]);
    command.userId = random.pick(USERS);
    this.#stamp(command.id, command.symbol);
    const dice = random.between(0, 99);
    if (dice < 58) this.#place(command);
    else if (dice < 72) this.#aim(command, CommandKind.Cancel);
    else if (dice < 82) this.#amend(command);
    else if (dice < 87) this.#replace(command);
    else if (dice < 92) this.#list(command);
    else if (dice < 94) this.#cancelList(command);
    else if (dice < 96) command.kind = CommandKind.CancelAll;
    else if (dice < 97) this.#killSwitch(command);
    else if (dice < 98) this.#status(command);
    else return this.#garbage(command);
    if (random.chance(0.02)) this.#faults.plant(formatId(command.id), random.pick([1, 2, ALWAYS]));
    else if (random.chance(0.01)) this.#faults.plantInRecords(formatId(command.id));
    return { id: formatId(command.id), bytes: encodeCommand(command) };
  }

  #place(command: Command): void {
    command.kind = CommandKind.Place;
    Object.assign(command.order.id, command.id);
    this.#order(command.order, command.symbol);
    this.#orders.push({
      id: formatId(command.id),
      symbol: command.symbol,
      userId: command.userId,
      client: command.order.clientOrderId,
    });
  }

  #order(order: OrderRequest, symbol: number): void {
    const random = this.#random;
    order.side = random.pick([Side.Buy, Side.Sell]);
    order.selfTradePrevention = random.pick([
      SelfTradePrevention.None,
      SelfTradePrevention.None,
      SelfTradePrevention.ExpireTaker,
      SelfTradePrevention.ExpireMaker,
      SelfTradePrevention.Decrement,
    ]);
    order.quantity = random.between(1, 20);
    if (random.chance(0.1)) order.clientOrderId = `c${random.between(0, 20)}`;
    const type = random.between(0, 9);
    if (type < 6) {
      order.type = OrderType.Limit;
      order.price = this.#price(symbol);
      order.timeInForce = random.pick([
        TimeInForce.Gtc,
        TimeInForce.Gtc,
        TimeInForce.Gtc,
        TimeInForce.Ioc,
        TimeInForce.Fok,
        TimeInForce.Gtd,
        TimeInForce.Day,
      ]);
      if (order.timeInForce === TimeInForce.Gtd)
        order.expireAtMs = this.#nowMs() + random.between(500, 40_000);
      if (order.timeInForce === TimeInForce.Gtc && random.chance(0.15)) order.displayQuantity = 1;
      if (order.timeInForce === TimeInForce.Gtc && random.chance(0.1)) order.postOnly = true;
      return;
    }
    order.timeInForce = TimeInForce.Ioc;
    if (type < 8) order.type = OrderType.Market;
    else if (type === 8) {
      order.type = OrderType.Stop;
      order.stopPrice = this.#price(symbol);
    } else {
      order.type = OrderType.TrailingStop;
      order.trailingAmount = random.between(1, 5);
    }
  }

  #price(symbol: number): number {
    return 100 + (symbol === 1 ? this.#random.between(-6, 6) : this.#random.between(-25, 25));
  }

  #aim(command: Command, kind: CommandKind): void {
    command.kind = kind;
    const target = this.#orders.length === 0 ? undefined : this.#random.pick(this.#orders.slice(-12));
    if (target === undefined) {
      this.#stamp(command.target, command.symbol);
      return;
    }
    command.symbol = target.symbol;
    command.userId = target.userId;
    if (target.client !== "" && this.#random.chance(0.5)) command.targetClientOrderId = target.client;
    else parseId(target.id, command.target);
  }

  #amend(command: Command): void {
    this.#aim(command, CommandKind.Amend);
    command.amendMask = this.#random.pick([
      AmendField.Price,
      AmendField.Quantity,
      AmendField.Price | AmendField.Quantity,
      AmendField.Quantity | AmendField.QuantityIsReduction,
    ]);
    command.order.price = this.#price(command.symbol);
    command.order.quantity = this.#random.between(1, 20);
  }

  #replace(command: Command): void {
    this.#aim(command, CommandKind.Replace);
    command.stopOnFailure = this.#random.chance(0.5);
    this.#newOrderId(command.order.id, command.symbol);
    this.#order(command.order, command.symbol);
    const { symbol, userId, order } = command;
    this.#orders.push({ id: formatId(order.id), symbol, userId, client: order.clientOrderId });
  }

  #list(command: Command): void {
    command.kind = CommandKind.PlaceList;
    const { order, stopLeg, symbol, userId } = command;
    for (const leg of [order, stopLeg]) {
      this.#newOrderId(leg.id, symbol);
      leg.side = Side.Sell;
      leg.quantity = 5;
      this.#orders.push({ id: formatId(leg.id), symbol, userId, client: "" });
    }
    order.price = 104 + this.#random.between(0, 4);
    stopLeg.type = OrderType.Stop;
    stopLeg.timeInForce = TimeInForce.Ioc;
    stopLeg.stopPrice = 96 - this.#random.between(0, 4);
    this.#lists.push({ id: formatId(command.id), symbol, userId });
  }

  #cancelList(command: Command): void {
    command.kind = CommandKind.CancelList;
    const list = this.#lists.at(-1);
    if (list === undefined) {
      this.#stamp(command.target, command.symbol);
      return;
    }
    command.symbol = list.symbol;
    command.userId = list.userId;
    parseId(list.id, command.target);
  }

  #killSwitch(command: Command): void {
    command.kind = CommandKind.KillSwitch;
    command.enabled = this.#random.chance(0.2);
  }

  #status(command: Command): void {
    command.kind = CommandKind.SetSymbolStatus;
    command.status = this.#random.pick([SymbolStatus.Active, SymbolStatus.Active, SymbolStatus.Halted]);
  }

  /** Something that no engine can decode, with an id in it or without. */
  #garbage(command: Command): WorkCommand {
    const random = this.#random;
    this.#place(command);
    const bytes = encodeCommand(command);
    if (random.chance(0.5)) return { id: formatId(command.id), bytes: bytes.subarray(0, bytes.length - 1) };
    return { id: "", bytes: random.bytes(random.between(1, 17)) };
  }

  /** Of an order inside a command: now and then one that there was before. */
  #newOrderId(id: IdWords, symbol: number): void {
    const before =
      this.#orders.length > 0 && this.#random.chance(0.1)
        ? this.#random.pick(this.#orders.slice(-8))
        : undefined;
    if (before === undefined) this.#stamp(id, symbol);
    else parseId(before.id, id);
  }

  #stamp(id: IdWords, symbol: number): void {
    makeId(this.#nowMs(), symbol, this.#random.bytes(8), id);
  }
}
