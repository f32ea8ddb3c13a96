import { Code } from "../../engine/core/codes.ts";
import { Command } from "../../engine/core/command.ts";
import { CommandKind } from "../../engine/core/terms.ts";
import { parseId } from "../../engine/ids.ts";
import type { OrderState, Outcome } from "../../engine/outcome.ts";
import type { ApiServices } from "../context.ts";
import { derivedId } from "../convert/ids.ts";
import { orderBody, pendingState } from "../convert/order-body.ts";
import { fillOrder, type OrderTerms } from "../convert/order-request.ts";
import type { ListedSymbol } from "../ports.ts";
import { type Problem, problem, problemOfRefusal } from "../problem.ts";
import type { PlaceList } from "../schemas/order-list.ts";
import { type Answer, refused } from "./answer.ts";
import { acknowledgement } from "./change.ts";
import type { Plan } from "./plan.ts";

/** OCO lists. The list's id is its command's; the legs' ids follow from it. */

export interface ListInput {
  readonly userId: string;
  readonly listId: string;
  readonly listed: ListedSymbol;
}

export function planList(
  services: Pick<ApiServices, "clock">,
  input: ListInput,
  body: PlaceList,
): Plan | Problem {
  const { listed, listId, userId } = input;
  const { spec } = listed;
  const command = new Command();
  command.kind = CommandKind.PlaceList;
  parseId(listId, command.id);
  command.symbol = spec.symbol;
  command.userId = userId;
  const [limitId, stopId] = legIds(listId, spec.symbol);
  parseId(limitId, command.order.id);
  parseId(stopId, command.stopLeg.id);
  const { side, quantity, selfTradePrevention } = body;
  const shared = { side, quantity, selfTradePrevention };
  const limit: OrderTerms = { ...shared, type: "LIMIT", ...body.limit };
  const stop: OrderTerms = {
    ...shared,
    type: body.stop.price === undefined ? "STOP" : "STOP_LIMIT",
    ...body.stop,
  };
  const now = services.clock.nowMs();
  const fault =
    fillOrder(command.order, limit, spec, now, "/limit") ??
    fillOrder(command.stopLeg, stop, spec, now, "/stop");
  if (fault !== null) return fault;
  const pending = () => [command.order, command.stopLeg].map((leg) => pendingState(leg, spec.symbol, userId));
  return {
    group: listed.group,
    command,
    commandId: listId,
    answer: (outcome) => placedList(outcome, input),
    pendingBody: () =>
      listBody(
        input,
        pending().map((leg) => ({ ...leg, listId })),
      ),
  };
}

export function planCancelList(
  services: Pick<ApiServices, "reads">,
  input: ListInput,
  commandId: string,
): Plan {
  const { listed, listId, userId } = input;
  const command = new Command();
  command.kind = CommandKind.CancelList;
  parseId(commandId, command.id);
  parseId(listId, command.target);
  command.symbol = listed.spec.symbol;
  command.userId = userId;
  return {
    group: listed.group,
    command,
    commandId,
    answer: async (outcome) => {
      if (outcome.code === Code.NONE) {
        return { status: 200, body: listBody(input, legsOf(outcome, input)), certain: true };
      }
      if (outcome.code !== Code.LIST_NOT_OPEN) return refused(problemOfRefusal(outcome.code));
      const records = await services.reads.ordersOfList(listId);
      const isTheirs = records.some((record) => record.state.userId === userId);
      return refused(problem(isTheirs ? "LIST_NOT_OPEN" : "LIST_NOT_FOUND"));
    },
    pendingBody: () => acknowledgement(commandId, null),
  };
}

/** Limit leg, stop leg. */
function legIds(listId: string, symbol: number): readonly [string, string] {
  return [derivedId(listId, 1, symbol), derivedId(listId, 2, symbol)];
}

function placedList(outcome: Outcome, input: ListInput): Answer {
  if (outcome.code !== Code.NONE) {
    return refused(problemOfRefusal(outcome.code, { orderId: input.listId }));
  }
  return { status: 201, body: listBody(input, legsOf(outcome, input)), certain: true };
}

function legsOf(outcome: Outcome, input: ListInput): OrderState[] {
  const ids = legIds(input.listId, input.listed.spec.symbol);
  return ids.flatMap((id) => outcome.orders.filter((order) => order.orderId === id));
}

/** A list as the API tells it, its legs in their order. */
export function listBody(input: ListInput, legs: readonly OrderState[]): object {
  const { spec } = input.listed;
  return { listId: input.listId, symbol: spec.name, orders: legs.map((leg) => orderBody(leg, spec)) };
}
