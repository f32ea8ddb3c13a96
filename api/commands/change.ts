import { Code } from "../../engine/core/codes.ts";
import { Command } from "../../engine/core/command.ts";
import { CommandKind, OrderStatus } from "../../engine/core/terms.ts";
import { parseId } from "../../engine/ids.ts";
import type { Outcome } from "../../engine/outcome.ts";
import type { ApiServices } from "../context.ts";
import { derivedId } from "../convert/ids.ts";
import { fillsOf, orderBody } from "../convert/order-body.ts";
import { type AmendTerms, fillAmend, fillOrder, type OrderTerms } from "../convert/order-request.ts";
import { type Problem, problemOfRefusal } from "../problem.ts";
import type { ResponseType } from "../schemas/fields.ts";
import type { AcknowledgementBody } from "../schemas/order.ts";
import { type Answer, refused } from "./answer.ts";
import type { Plan } from "./plan.ts";
import { isProblem, refusalOf, setTarget, type Target } from "./target.ts";

/** Cancel, amend and replace: commands about an order that is there. */

type Services = Pick<ApiServices, "reads" | "clock">;

export interface ChangeInput {
  readonly userId: string;
  readonly commandId: string;
  readonly target: Target;
  readonly responseType: ResponseType;
  /** JSON pointer of the terms in the body; the body itself by default. */
  readonly at?: string;
}

/** @param byAdmin the owner is not compared, and the reason says so */
export function planCancel(services: Services, input: ChangeInput, byAdmin = false): Plan {
  const command = commandOf(CommandKind.Cancel, input);
  command.byAdmin = byAdmin;
  if (byAdmin) command.cancelReason = Code.CANCELLED_BY_ADMIN;
  return changePlan(services, command, input, byAdmin);
}

export function planAmend(services: Services, input: ChangeInput, terms: AmendTerms): Plan | Problem {
  const command = commandOf(CommandKind.Amend, input);
  const filled = fillAmend(command.order, terms, input.target.listed.spec, input.at);
  if (isProblem(filled)) return filled;
  command.amendMask = filled.mask;
  return changePlan(services, command, input);
}

/** The new order's id follows from the command's, so that a command sent again names the same. */
export function planReplace(
  services: Services,
  input: ChangeInput,
  terms: OrderTerms,
  stopOnFailure: boolean,
): Plan | Problem {
  const { spec } = input.target.listed;
  const command = commandOf(CommandKind.Replace, input);
  const newOrderId = derivedId(input.commandId, 1, spec.symbol);
  parseId(newOrderId, command.order.id);
  command.stopOnFailure = stopOnFailure;
  const fault = fillOrder(command.order, terms, spec, services.clock.nowMs(), input.at);
  if (fault !== null) return fault;
  return {
    group: input.target.listed.group,
    command,
    commandId: input.commandId,
    answer: (outcome) => replaced(services, outcome, input, newOrderId),
    pendingBody: () => acknowledgement(input.commandId, newOrderId),
  };
}

/** What a caller learns while nothing more is known. */
export function acknowledgement(commandId: string, orderId: string | null): AcknowledgementBody {
  return { commandId, orderId, status: "PENDING" };
}

function commandOf(kind: CommandKind, input: ChangeInput): Command {
  const command = new Command();
  command.kind = kind;
  parseId(input.commandId, command.id);
  command.userId = input.userId;
  setTarget(command, input.target);
  return command;
}

function changePlan(services: Services, command: Command, input: ChangeInput, anyOwner = false): Plan {
  return {
    group: input.target.listed.group,
    command,
    commandId: input.commandId,
    answer: (outcome) => changed(services, outcome, input, anyOwner),
    pendingBody: () => acknowledgement(input.commandId, input.target.orderId),
  };
}

async function changed(
  services: Services,
  outcome: Outcome,
  input: ChangeInput,
  anyOwner: boolean,
): Promise<Answer> {
  const { target, userId, responseType } = input;
  if (outcome.code !== Code.NONE) {
    return refused(await refusalOf(services, outcome.code, userId, target, { anyOwner }));
  }
  const [state] = outcome.orders;
  if (state === undefined) throw new Error("an outcome without the order that it is about");
  const body = orderBody(state, target.listed.spec);
  const fills = responseType === "FULL" ? { fills: fillsOf(outcome, state.orderId, target.listed.spec) } : {};
  return { status: 200, body: { ...body, ...fills }, certain: true };
}

/**
 * Each half as it went. STOP_ON_FAILURE leaves both or neither; under ALLOW_FAILURE the half that
 * failed is told beside the one that did not.
 */
async function replaced(
  services: Services,
  outcome: Outcome,
  input: ChangeInput,
  newOrderId: string,
): Promise<Answer> {
  const { target, userId, responseType } = input;
  const { spec } = target.listed;
  const cancelled = outcome.orders.find((order) => order.code === Code.CANCELLED_BY_REPLACE);
  const placed = outcome.orders.find((order) => order.orderId === newOrderId);
  let error: Problem | null = null;
  if (outcome.code !== Code.NONE) {
    const isOfNewOrder = placed?.status === OrderStatus.Rejected && placed.code === outcome.code;
    error = isOfNewOrder
      ? problemOfRefusal(outcome.code, { orderId: newOrderId })
      : await refusalOf(services, outcome.code, userId, target);
    const isPlaced = placed !== undefined && placed.status !== OrderStatus.Rejected;
    if (cancelled === undefined && !isPlaced) return refused(error);
  }
  const fills = responseType === "FULL" ? { fills: fillsOf(outcome, newOrderId, spec) } : {};
  return {
    status: 200,
    body: {
      cancelled: cancelled === undefined ? null : orderBody(cancelled, spec),
      placed: placed === undefined ? null : { ...orderBody(placed, spec), ...fills },
      error,
    },
    certain: true,
  };
}
