import { Code } from "../../engine/core/codes.ts";
import { Command, type IdWords, type OrderRequest } from "../../engine/core/command.ts";
import { CommandKind } from "../../engine/core/terms.ts";
import type { Aim, Fault, History, Step } from "./generate.ts";
import { idOf } from "./naive-order.ts";
import type { NaiveTwin } from "./naive-twin.ts";
import type { MarketDraw, OrderDraw } from "./random-orders.ts";

const START_MS = Date.UTC(2026, 0, 5, 9, 30);
const NEVER_SEEN = 0xffff;

/**
 * Makes commands of a history, one after the other. Aims are looked up among the twin's live orders;
 * ids rise with each order and list, so the same history always makes the same commands.
 */
export class HistoryCommands {
  readonly #twin: NaiveTwin;
  readonly #words = new Map<string, IdWords>();
  readonly #seen: string[] = [];
  #sequence = 0;
  #timeMs = START_MS;
  #ids = 0;

  constructor(twin: NaiveTwin) {
    this.#twin = twin;
  }

  /** Definitions of the symbols, then the steps; each is to be applied before the next is asked for. */
  *of(history: History): Generator<Command> {
    for (const [index, market] of history.markets.entries()) {
      const command = this.#command(CommandKind.DefineSymbol, 0);
      command.spec = specOf(index + 1, market);
      yield command;
    }
    for (const step of history.steps) yield this.#make(step);
  }

  #make(step: Step): Command {
    const { action } = step;
    this.#timeMs += step.advanceMs;
    switch (action.kind) {
      case "place": {
        const command = this.#command(CommandKind.Place, step.symbol);
        command.userId = `u${action.order.user}`;
        this.#request(command.order, action.order);
        this.#spoil(command, command.order, action.fault);
        Object.assign(command.id, command.order.id);
        return command;
      }
      case "cancel": {
        const command = this.#command(CommandKind.Cancel, step.symbol);
        this.#aim(command, action.aim);
        return command;
      }
      case "cancelAll": {
        const command = this.#command(CommandKind.CancelAll, action.everywhere ? 0 : step.symbol);
        command.userId = `u${action.user}`;
        command.cancelReason = action.everywhere ? Code.CANCELLED_ON_DISCONNECT : 0;
        return command;
      }
      case "amend": {
        const command = this.#command(CommandKind.Amend, step.symbol);
        this.#aim(command, action.aim);
        const { mask, ...values } = action.amend;
        command.amendMask = mask;
        Object.assign(command.order, values);
        return command;
      }
      case "replace": {
        const command = this.#command(CommandKind.Replace, step.symbol);
        this.#aim(command, action.aim);
        command.stopOnFailure = action.stop;
        this.#request(command.order, action.order);
        this.#spoil(command, command.order, action.fault);
        return command;
      }
      case "list": {
        const command = this.#command(CommandKind.PlaceList, step.symbol);
        command.userId = `u${action.limitLeg.user}`;
        this.#request(command.order, action.limitLeg);
        this.#request(command.stopLeg, action.stopLeg);
        this.#spoil(
          command,
          action.stopLeg.quantity % 2 === 0 ? command.order : command.stopLeg,
          action.fault,
        );
        return command;
      }
      case "cancelList": {
        const command = this.#command(CommandKind.CancelList, step.symbol);
        this.#aim(command, action.aim);
        const lists = this.#twin.matching.live.filter((order) => order.listId !== "");
        const list = lists[action.aim.pick % Math.max(lists.length, 1)];
        if (list !== undefined) {
          command.symbol = list.symbol;
          command.userId = list.userId;
          this.#point(command.target, list.listId);
        }
        return command;
      }
      case "define": {
        const command = this.#command(CommandKind.DefineSymbol, 0);
        command.spec = specOf(action.symbol, action.market);
        return command;
      }
      case "status": {
        const command = this.#command(CommandKind.SetSymbolStatus, step.symbol);
        command.status = action.status;
        return command;
      }
      case "kill": {
        const command = this.#command(CommandKind.KillSwitch, 0);
        command.userId = `u${action.user}`;
        command.enabled = action.enabled;
        return command;
      }
      case "expire":
        return this.#command(CommandKind.ExpireDue, 0);
      case "refusal": {
        const command = this.#command(CommandKind.Refusal, step.symbol);
        command.code = Code.INTERNAL_REFUSED;
        return command;
      }
    }
  }

  #command(kind: CommandKind, symbol: number): Command {
    const command = new Command();
    command.kind = kind;
    this.#sequence += 1;
    command.sequence = this.#sequence;
    command.timeMs = this.#timeMs;
    command.symbol = symbol;
    this.#fresh(command.id, symbol);
    return command;
  }

  #request(into: OrderRequest, draw: OrderDraw): void {
    const { user, client, expireInMs, ...same } = draw;
    Object.assign(into, same);
    into.clientOrderId = client;
    into.expireAtMs = expireInMs === 0 ? 0 : this.#timeMs + expireInMs;
    this.#seen.push(this.#fresh(into.id, user));
  }

  #spoil(command: Command, request: OrderRequest, fault: Fault): void {
    const used = this.#twin.matching.live.at(-1);
    if (fault === "id of a live order" && used !== undefined) this.#point(request.id, used.id);
    else if (fault === "no id") Object.assign(request.id, { a: 0, b: 0, c: 0, d: 0 });
    else if (fault === "no user") command.userId = "";
    else if (fault === "no such type") Object.assign(request, { type: 5 });
    else if (fault === "no such side") Object.assign(request, { side: -1 });
  }

  #aim(command: Command, aim: Aim): void {
    const { live } = this.#twin.matching;
    const target = live[aim.pick % Math.max(live.length, 1)];
    command.userId = target?.userId ?? "u0";
    if (target === undefined || aim.by === "ended") {
      const alive = new Set(live.map((order) => order.id));
      const gone = this.#seen.filter((id) => !alive.has(id));
      this.#point(command.target, gone[aim.pick % Math.max(gone.length, 1)] ?? "");
      return;
    }
    command.symbol = target.symbol;
    if (aim.by === "client" && target.clientOrderId !== "") {
      command.targetClientOrderId = target.clientOrderId;
      return;
    }
    this.#point(command.target, target.id);
    if (aim.by === "stranger") command.userId = "a stranger";
    if (aim.by === "operator") {
      command.userId = "an operator";
      command.byAdmin = command.kind === CommandKind.Cancel;
    }
  }

  #fresh(into: IdWords, low: number): string {
    this.#ids += 1;
    into.a = 0x019b_8000 + Math.floor(this.#timeMs / 0x1_0000_0000);
    into.b = 0x0000_7000;
    into.c = 0x8000_0000 + this.#ids;
    into.d = low % NEVER_SEEN;
    const id = idOf(into);
    this.#words.set(id, { ...into });
    return id;
  }

  #point(into: IdWords, id: string): void {
    Object.assign(into, this.#words.get(id) ?? { a: 1, b: 2, c: 3, d: NEVER_SEEN });
  }
}

function specOf(symbol: number, market: MarketDraw): NonNullable<Command["spec"]> {
  return {
    symbol,
    name: `COIN${symbol}/USDT`,
    base: `COIN${symbol}`,
    quote: "USDT",
    priceStep: "0.01",
    quantityStep: "0.001",
    ...market,
  };
}
