import { Code, codeName } from "../../engine/core/codes.ts";
import { AmendField, Command, type OrderRequest } from "../../engine/core/command.ts";
import { formatTickLots, formatUnits, parseTickLots, parseUnits } from "../../engine/core/decimal.ts";
import { EventType } from "../../engine/core/event.ts";
import {
  CommandKind,
  OrderStatus,
  OrderType,
  SelfTradePrevention,
  Side,
  SymbolStatus,
  TimeInForce,
} from "../../engine/core/terms.ts";
import { idOf } from "./naive-order.ts";
import type { ScenarioAction, ScenarioMarket, ScenarioOrder } from "./scenario.ts";
import type { BookResult, OrderResult, ScenarioDriver, StepResult } from "./scenario-runner.ts";
import type { OrderView, Subject } from "./subject.ts";
import { nameIn, valueIn } from "./term-names.ts";

const SYMBOL = 1;
const LARGEST = Number.MAX_SAFE_INTEGER;
const START_MS = Date.parse("1990-01-01T00:00:00Z");

/** An amount that the edge refuses: no command is made of it. */
class EdgeRefusal extends Error {
  readonly code: Code;
  constructor(code: Code) {
    super(codeName(code));
    this.code = code;
  }
}

/** Turns a scenario's actions into commands, as the edge does, and applies them to a core or a twin. */
export class CommandDriver implements ScenarioDriver {
  readonly #subject: Subject;
  readonly #numbers = new Map<string, number>();
  readonly #names = new Map<string, string>();
  readonly #known = new Map<string, OrderView>();
  #market: ScenarioMarket | null = null;
  #sequence = 0;
  #timeMs = START_MS;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  open(market: ScenarioMarket): void {
    this.#market = market;
    const [minPrice, maxPrice] = market.price ?? [];
    const [minQuantity, maxQuantity] = market.quantity ?? [];
    const command = this.#command(CommandKind.DefineSymbol);
    command.spec = {
      symbol: SYMBOL,
      name: "BTC/USDT",
      base: "BTC",
      quote: "USDT",
      priceStep: market.tick,
      quantityStep: market.lot,
      minPrice: minPrice === undefined ? 1 : this.#ticks(minPrice),
      maxPrice: maxPrice === undefined ? LARGEST : this.#ticks(maxPrice),
      minQuantity: minQuantity === undefined ? 1 : this.#lots(minQuantity),
      maxQuantity: maxQuantity === undefined ? LARGEST : this.#lots(maxQuantity),
      minNotional: market.notional === "" ? 0n : this.#tickLots(market.notional),
      priceBandBps: market.bandBps,
      referencePrice: market.reference === "" ? 0 : this.#ticks(market.reference),
      sessionEndMinute: market.sessionEndMinute,
      maxOpenOrders: market.openOrders,
      status: SymbolStatus.Active,
    };
    const result = this.#apply(command);
    if (result.refused !== "") throw new Error(`the market was refused: ${result.refused}`);
  }

  run(action: ScenarioAction): StepResult {
    try {
      return action.kind === "time" ? this.#setTime(action.at) : this.#apply(this.#translate(action));
    } catch (error) {
      if (error instanceof EdgeRefusal) return { refused: codeName(error.code), trades: [] };
      throw error;
    }
  }

  order(name: string): OrderResult | undefined {
    const order = this.#known.get(name);
    const market = this.#opened();
    if (order === undefined) return undefined;
    const lots = (value: bigint): string => formatUnits(Number(value), market.lot);
    const ticks = (value: bigint): string => formatUnits(Number(value), market.tick);
    return {
      status: nameIn(OrderStatus, order.status),
      code: order.code === 0 ? "" : codeName(order.code),
      amounts: {
        quantity: lots(order.quantity),
        filled: lots(order.filledQuantity),
        prevented: lots(order.preventedQuantity),
        left: lots(order.remaining),
        price: ticks(order.price),
        stop: ticks(order.stopPrice),
        paid: formatTickLots(order.filledQuote, market.tick, market.lot),
        triggered: new Date(order.triggeredAtMs).toISOString(),
      },
    };
  }

  book(): BookResult {
    const side = (which: Side): { price: string; quantity: string }[] =>
      this.#subject.depth(SYMBOL, which).map((level) => ({
        price: formatUnits(Number(level.price), this.#opened().tick),
        quantity: formatUnits(Number(level.quantity), this.#opened().lot),
      }));
    return { bids: side(Side.Buy), asks: side(Side.Sell) };
  }

  queue(price: string): string[] {
    const ticks = BigInt(this.#ticks(price));
    const ids = [Side.Buy, Side.Sell].flatMap((side) => this.#subject.queue(SYMBOL, side, ticks));
    return ids.map((id) => this.#names.get(id) ?? id);
  }

  #opened(): ScenarioMarket {
    if (this.#market === null) throw new Error("no market was opened");
    return this.#market;
  }

  #setTime(at: string): StepResult {
    this.#timeMs = Date.parse(at);
    return { refused: "", trades: [] };
  }

  #command(kind: CommandKind): Command {
    const command = new Command();
    command.kind = kind;
    command.timeMs = this.#timeMs;
    command.symbol = SYMBOL;
    this.#setId(command.id, `command ${this.#sequence + 1}`);
    return command;
  }

  #apply(command: Command): StepResult {
    this.#sequence += 1;
    command.sequence = this.#sequence;
    const events = this.#subject.apply(command);
    for (const event of events) {
      for (const id of [event.order, event.other]) {
        const name = this.#names.get(id);
        const view = name === undefined ? undefined : this.#subject.view(id);
        if (name !== undefined && view !== undefined) this.#known.set(name, view);
      }
    }
    const market = this.#opened();
    const refusal = events.find((event) => event.type === EventType.Refused);
    return {
      refused: refusal === undefined ? "" : codeName(refusal.code),
      trades: events
        .filter((event) => event.type === EventType.Trade)
        .map((event) => ({
          maker: this.#names.get(event.order) ?? "?",
          taker: this.#names.get(event.other) ?? "?",
          quantity: formatUnits(Number(event.quantity), market.lot),
          price: formatUnits(Number(event.price), market.tick),
        })),
    };
  }

  #translate(action: Exclude<ScenarioAction, { kind: "time" }>): Command {
    switch (action.kind) {
      case "place": {
        const command = this.#command(CommandKind.Place);
        command.userId = action.order.user;
        this.#request(command.order, action.order);
        Object.assign(command.id, command.order.id);
        return command;
      }
      case "list": {
        const command = this.#command(CommandKind.PlaceList);
        const [limitLeg, stopLeg] = action.legs;
        command.userId = limitLeg.user;
        this.#setId(command.id, `list ${action.name}`);
        this.#request(command.order, limitLeg);
        this.#request(command.stopLeg, stopLeg);
        return command;
      }
      case "replace": {
        const command = this.#command(CommandKind.Replace);
        command.userId = this.#ownerOf(action.old);
        this.#setId(command.target, action.old);
        command.stopOnFailure = action.stopOnFailure;
        this.#request(command.order, action.order);
        return command;
      }
      case "cancel": {
        const command = this.#command(CommandKind.Cancel);
        command.userId = action.user === "" ? this.#ownerOf(action.order) : action.user;
        if (action.order !== "") this.#setId(command.target, action.order);
        command.targetClientOrderId = action.client;
        return command;
      }
      case "admin-cancel": {
        const command = this.#command(CommandKind.Cancel);
        command.userId = "an operator";
        command.byAdmin = true;
        command.cancelReason = Code.CANCELLED_BY_ADMIN;
        this.#setId(command.target, action.order);
        return command;
      }
      case "cancel-list": {
        const command = this.#command(CommandKind.CancelList);
        command.userId = action.user;
        this.#setId(command.target, `list ${action.list}`);
        return command;
      }
      case "cancel-all": {
        const command = this.#command(CommandKind.CancelAll);
        command.userId = action.user;
        return command;
      }
      case "amend":
        return this.#amend(action.order, action.fields);
      case "status": {
        const command = this.#command(CommandKind.SetSymbolStatus);
        command.status = valueIn(SymbolStatus, action.status) as SymbolStatus;
        return command;
      }
      case "kill": {
        const command = this.#command(CommandKind.KillSwitch);
        command.userId = action.user;
        command.enabled = action.enabled;
        return command;
      }
      case "expire":
        return this.#command(CommandKind.ExpireDue);
    }
  }

  #amend(name: string, fields: Readonly<Record<string, string>>): Command {
    const command = this.#command(CommandKind.Amend);
    command.userId = this.#ownerOf(name);
    this.#setId(command.target, name);
    const { order } = command;
    for (const [field, value] of Object.entries(fields)) {
      if (field === "price") {
        order.price = this.#ticks(value);
        command.amendMask |= AmendField.Price;
      } else if (field === "quantity" || field === "less") {
        order.quantity = this.#lots(value);
        command.amendMask |= AmendField.Quantity | (field === "less" ? AmendField.QuantityIsReduction : 0);
      } else if (field === "stop") {
        order.stopPrice = this.#ticks(value);
        command.amendMask |= AmendField.StopPrice;
      } else if (field === "from") {
        order.activationPrice = this.#ticks(value);
        command.amendMask |= AmendField.ActivationPrice;
      } else if (field === "show") {
        order.displayQuantity = this.#lots(value);
        command.amendMask |= AmendField.DisplayQuantity;
      } else if (field === "trail") {
        this.#trail(order, value);
        command.amendMask |= value.endsWith("bps") ? AmendField.TrailingDelta : AmendField.TrailingAmount;
      } else throw new Error(`no such field to amend: ${field}`);
    }
    return command;
  }

  #request(into: OrderRequest, from: ScenarioOrder): void {
    const market = this.#opened();
    this.#setId(into.id, from.name);
    this.#owners.set(from.name, from.user);
    into.clientOrderId = from.client;
    into.side = valueIn(Side, from.side) as Side;
    into.type = valueIn(OrderType, from.type) as OrderType;
    into.timeInForce = valueIn(TimeInForce, from.timeInForce) as TimeInForce;
    into.selfTradePrevention = valueIn(SelfTradePrevention, from.stp) as SelfTradePrevention;
    into.postOnly = from.postOnly;
    if (from.price !== "") into.price = this.#ticks(from.price);
    if (from.quantity !== "") into.quantity = this.#lots(from.quantity);
    if (from.quote !== "") into.quoteQuantity = this.#tickLots(from.quote);
    if (from.show !== "") into.displayQuantity = this.#lots(from.show);
    if (from.stop !== "") into.stopPrice = this.#ticks(from.stop);
    if (from.from !== "") into.activationPrice = this.#ticks(from.from);
    if (from.trail !== "") this.#trail(into, from.trail);
    if (from.until !== "") into.expireAtMs = Date.parse(from.until);
    if (market.tick === "") throw new Error("a market needs a tick");
  }

  readonly #owners = new Map<string, string>();

  #ownerOf(name: string): string {
    return this.#owners.get(name) ?? `user-of-${name}`;
  }

  #trail(into: OrderRequest, value: string): void {
    if (value.endsWith("bps")) into.trailingDelta = Number(value.replace("bps", ""));
    else into.trailingAmount = this.#ticks(value);
  }

  #ticks(text: string): number {
    return unitsOf(parseUnits(text, this.#opened().tick), Code.PRICE_NOT_ON_TICK);
  }

  #lots(text: string): number {
    return unitsOf(parseUnits(text, this.#opened().lot), Code.QUANTITY_NOT_ON_LOT);
  }

  #tickLots(text: string): bigint {
    const value = parseTickLots(text, this.#opened().tick, this.#opened().lot);
    if (typeof value === "bigint") return value;
    throw new EdgeRefusal(edgeCode(value, Code.QUOTE_QUANTITY_NOT_ON_STEP));
  }

  /** One id per name. */
  #setId(into: { a: number; b: number; c: number; d: number }, name: string): void {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#numbers.size + 1;
      this.#numbers.set(name, number);
    }
    into.a = 0x019b_8000;
    into.b = 0x0000_7000;
    into.c = 0x8000_0000;
    into.d = number * 0x1_0000 + SYMBOL;
    this.#names.set(idOf(into), name);
  }
}

function unitsOf(units: number, offStep: Code): number {
  if (units >= 0) return units;
  throw new EdgeRefusal(edgeCode(units, offStep));
}

/** -1 malformed, -2 off the step, -3 out of range: as decimal.ts tells them. */
function edgeCode(failure: number, offStep: Code): Code {
  if (failure === -2) return offStep;
  return failure === -3 ? Code.AMOUNT_OUT_OF_RANGE : Code.MALFORMED_COMMAND;
}
