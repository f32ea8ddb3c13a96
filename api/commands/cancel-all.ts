import { Code } from "../../engine/core/codes.ts";
import { Command } from "../../engine/core/command.ts";
import { CommandKind } from "../../engine/core/terms.ts";
import { parseId } from "../../engine/ids.ts";
import type { Outcome } from "../../engine/outcome.ts";
import type { ApiServices } from "../context.ts";
import { derivedId } from "../convert/ids.ts";
import { orderBody } from "../convert/order-body.ts";
import type { ListedSymbol } from "../ports.ts";
import { type Problem, problemOfRefusal } from "../problem.ts";
import type { ResponseType } from "../schemas/fields.ts";
import type { OrderBody } from "../schemas/order.ts";
import { type Answer, refused } from "./answer.ts";
import { executeAll } from "./execute.ts";
import type { Plan } from "./plan.ts";

export interface CancelAllInput {
  readonly userId: string;
  readonly commandId: string;
  /** Null: every symbol of every group. */
  readonly listed: ListedSymbol | null;
  readonly responseType: ResponseType;
  readonly resent: boolean;
}

type Services = Pick<ApiServices, "dispatcher" | "told" | "symbols" | "settings">;

/** What one group's answer says; groups' answers become one. */
interface GroupPart {
  readonly orders: readonly OrderBody[];
}

/** Cancels a user's orders of a symbol, or one command a group for all of them. */
export async function cancelEverything(services: Services, input: CancelAllInput): Promise<Answer> {
  const groups = input.listed === null ? await allGroups(services) : [input.listed.group];
  const plans = groups.map((group, position) => {
    const command = new Command();
    command.kind = CommandKind.CancelAll;
    command.symbol = input.listed?.spec.symbol ?? 0;
    command.userId = input.userId;
    return groupPlan(services, group, command, derivedId(input.commandId, position, command.symbol));
  });
  return merge(await executeAll(services, plans, input.responseType, input.resent));
}

/** Every group that there is, in a stable order. */
export async function allGroups(services: Pick<ApiServices, "symbols" | "settings">): Promise<string[]> {
  const listed = await services.symbols.all();
  return [...new Set([...services.settings.groups, ...listed.map((one) => one.group)])].sort();
}

/** A command about many orders of one group, answered with those that it ended. */
export function groupPlan(
  services: Pick<ApiServices, "symbols">,
  group: string,
  command: Command,
  commandId: string,
): Plan {
  parseId(commandId, command.id);
  return {
    group,
    command,
    commandId,
    answer: async (outcome) =>
      outcome.code === Code.NONE
        ? { status: 200, body: { orders: await ordersOf(services, outcome) }, certain: true }
        : refused(problemOfRefusal(outcome.code)),
    pendingBody: () => ({ orders: [] }),
  };
}

async function ordersOf(services: Pick<ApiServices, "symbols">, outcome: Outcome): Promise<OrderBody[]> {
  const bodies: OrderBody[] = [];
  for (const state of outcome.orders) {
    const listed = await services.symbols.numbered(state.symbol);
    if (listed !== undefined) bodies.push(orderBody(state, listed.spec));
  }
  return bodies;
}

/** One answer of several groups': the first problem if there is one, else everything that was ended. */
export function merge(answers: readonly Answer[]): Answer {
  const certain = answers.every((answer) => answer.certain);
  const failed = answers.find((answer) => answer.status >= 400);
  if (failed !== undefined) return { ...failed, body: failed.body as Problem, certain };
  const pending = answers.some((answer) => answer.status === 202);
  const orders = answers.flatMap((answer) => (answer.body as GroupPart).orders);
  return { status: pending ? 202 : 200, body: { orders, pending }, certain };
}
