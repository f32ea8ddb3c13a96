import { Code } from "../../engine/core/codes.ts";
import { Command } from "../../engine/core/command.ts";
import { CommandKind, SymbolStatus } from "../../engine/core/terms.ts";
import { parseId } from "../../engine/ids.ts";
import type { Outcome } from "../../engine/outcome.ts";
import type { ApiServices } from "../context.ts";
import { fillsOf, orderBody, pendingState } from "../convert/order-body.ts";
import { fillOrder, type OrderTerms } from "../convert/order-request.ts";
import type { ListedSymbol } from "../ports.ts";
import { type Problem, problem, problemOfRefusal } from "../problem.ts";
import type { ResponseType } from "../schemas/fields.ts";
import { type Answer, refused } from "./answer.ts";
import type { Plan } from "./plan.ts";

export interface PlaceInput {
  readonly userId: string;
  readonly orderId: string;
  readonly symbol: string;
  readonly terms: OrderTerms;
  readonly responseType: ResponseType;
  /** JSON pointer of the terms in the body; the body itself by default. */
  readonly at?: string;
}

/** The pair that takes orders, or why there is none: checked before the order's own fields. */
export async function tradableSymbol(
  services: Pick<ApiServices, "symbols">,
  name: string,
  at = "",
): Promise<ListedSymbol | Problem> {
  let listed = await services.symbols.named(name);
  if (listed !== undefined && listed.spec.status !== SymbolStatus.Active) {
    // The copy may be a second old: nobody is refused by a status that is over.
    await services.symbols.refresh();
    listed = await services.symbols.named(name);
  }
  if (listed === undefined) {
    return problem("UNKNOWN_SYMBOL", {
      errors: [{ pointer: `${at}/symbol`, code: "UNKNOWN_SYMBOL", detail: `there is no ${name}` }],
    });
  }
  return statusProblem(listed.spec.status) ?? listed;
}

function statusProblem(status: SymbolStatus): Problem | null {
  switch (status) {
    case SymbolStatus.Active:
      return null;
    case SymbolStatus.Halted:
      return problem("SYMBOL_HALTED");
    case SymbolStatus.Maintenance:
      return problem("SYMBOL_IN_MAINTENANCE");
    case SymbolStatus.Delisted:
      return problem("SYMBOL_DELISTED");
  }
}

/** Makes every check that needs no book; what passes is ready to be sent. */
export function planPlace(
  services: Pick<ApiServices, "clock">,
  listed: ListedSymbol,
  input: PlaceInput,
): Plan | Problem {
  const { userId, orderId, responseType } = input;
  const { spec } = listed;
  const command = new Command();
  command.kind = CommandKind.Place;
  parseId(orderId, command.id);
  parseId(orderId, command.order.id);
  command.symbol = spec.symbol;
  command.userId = userId;
  const fault = fillOrder(command.order, input.terms, spec, services.clock.nowMs(), input.at);
  if (fault !== null) return fault;
  return {
    group: listed.group,
    command,
    commandId: orderId,
    answer: (outcome) => placed(outcome, orderId, listed, responseType),
    pendingBody: () => orderBody(pendingState(command.order, spec.symbol, userId), spec),
  };
}

function placed(outcome: Outcome, orderId: string, listed: ListedSymbol, responseType: ResponseType): Answer {
  if (outcome.code !== Code.NONE) return refused(problemOfRefusal(outcome.code, { orderId }));
  const state = outcome.orders.find((order) => order.orderId === orderId);
  if (state === undefined) throw new Error("an outcome without the order that it is about");
  const body = orderBody(state, listed.spec);
  return {
    status: 201,
    body: responseType === "FULL" ? { ...body, fills: fillsOf(outcome, orderId, listed.spec) } : body,
    certain: true,
  };
}
