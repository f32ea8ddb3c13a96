import { Code } from "../../engine/core/codes.ts";
import { Command } from "../../engine/core/command.ts";
import type { SymbolSpec } from "../../engine/core/symbol-spec.ts";
import { CommandKind, type SymbolStatus } from "../../engine/core/terms.ts";
import { parseId } from "../../engine/ids.ts";
import type { ApiServices } from "../context.ts";
import { AmountReader } from "../convert/amounts.ts";
import { symbolBody } from "../convert/symbol-body.ts";
import type { ListedSymbol } from "../ports.ts";
import { type Problem, problem, problemOfRefusal } from "../problem.ts";
import type { DefineSymbol } from "../schemas/admin.ts";
import { SYMBOL_STATUSES } from "../schemas/names.ts";
import { type Answer, refused } from "./answer.ts";
import { acknowledgement } from "./change.ts";
import type { Plan } from "./plan.ts";

/** Far beyond any price in use, and far below what price × quantity can hold. */
const DEFAULT_MAX_TICKS = 1_000_000_000_000;
const DEFAULT_MAX_LOTS = 1_000_000_000_000_000;

/** A body's definition as the core takes it; `number` is the pair's own for ever. */
export function specOf(body: DefineSymbol, number: number): SymbolSpec | Problem {
  const { symbol: name, priceStep, quantityStep } = body;
  const [base = "", quote = ""] = name.split("/");
  const limits = {
    symbol: number,
    name,
    base: body.base ?? base,
    quote: body.quote ?? quote,
    priceStep,
    quantityStep,
    minPrice: 1,
    maxPrice: DEFAULT_MAX_TICKS,
    minQuantity: 1,
    maxQuantity: DEFAULT_MAX_LOTS,
    minNotional: 0n,
    priceBandBps: body.priceBandBps ?? 0,
    referencePrice: 0,
    sessionEndMinute: body.sessionEndMinute ?? 0,
    maxOpenOrders: body.maxOpenOrders ?? 0,
    status: SYMBOL_STATUSES[body.status ?? "ACTIVE"],
  } satisfies SymbolSpec;
  const read = new AmountReader(limits);
  const spec: SymbolSpec = {
    ...limits,
    minPrice: read.price(body.minPrice, "/minPrice") || limits.minPrice,
    maxPrice: read.price(body.maxPrice, "/maxPrice") || limits.maxPrice,
    minQuantity: read.quantity(body.minQuantity, "/minQuantity") || limits.minQuantity,
    maxQuantity: read.quantity(body.maxQuantity, "/maxQuantity") || limits.maxQuantity,
    minNotional: read.quote(body.minNotional, "/minNotional"),
    referencePrice: read.price(body.referencePrice, "/referencePrice"),
  };
  if (read.fault !== null) return problem(read.fault.code, { errors: [read.fault] });
  const contradiction = spec.minPrice > spec.maxPrice || spec.minQuantity > spec.maxQuantity;
  return contradiction
    ? problem("INVALID_SYMBOL_DEFINITION", { detail: "a minimum above its maximum" })
    : spec;
}

type Services = Pick<ApiServices, "symbols">;

export function planDefine(services: Services, commandId: string, listed: ListedSymbol): Plan {
  const command = new Command();
  command.kind = CommandKind.DefineSymbol;
  command.symbol = listed.spec.symbol;
  command.spec = listed.spec;
  return symbolPlan(services, commandId, listed, command, 201);
}

export function planStatus(
  services: Services,
  commandId: string,
  listed: ListedSymbol,
  status: SymbolStatus,
): Plan {
  const command = new Command();
  command.kind = CommandKind.SetSymbolStatus;
  command.symbol = listed.spec.symbol;
  command.status = status;
  return symbolPlan(services, commandId, { ...listed, spec: { ...listed.spec, status } }, command, 200);
}

function symbolPlan(
  services: Services,
  commandId: string,
  after: ListedSymbol,
  command: Command,
  status: 200 | 201,
): Plan {
  parseId(commandId, command.id);
  return {
    group: after.group,
    command,
    commandId,
    answer: async (outcome): Promise<Answer> => {
      if (outcome.code !== Code.NONE) return refused(problemOfRefusal(outcome.code));
      await services.symbols.refresh();
      return { status, body: symbolBody(after), certain: true };
    },
    pendingBody: () => acknowledgement(commandId, null),
  };
}
