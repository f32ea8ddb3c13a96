import type { RouteHandler, z } from "@hono/zod-openapi";
import { caller } from "../../auth/middleware.ts";
import { type Answer, refused } from "../../commands/answer.ts";
import { type ChangeInput, planAmend, planCancel, planReplace } from "../../commands/change.ts";
import { executeAll } from "../../commands/execute.ts";
import { planPlace, tradableSymbol } from "../../commands/place.ts";
import type { Plan } from "../../commands/plan.ts";
import { isProblem, type Target, targetByClientId, targetById } from "../../commands/target.ts";
import type { ApiServices, AppEnv } from "../../context.ts";
import { derivedId, newId } from "../../convert/ids.ts";
import { once } from "../../idempotency/once.ts";
import { type Problem, problem } from "../../problem.ts";
import { respond } from "../../respond.ts";
import type { ResponseType } from "../../schemas/fields.ts";
import {
  batchAmendSchema,
  batchCancelSchema,
  batchPlaceSchema,
  batchReplaceSchema,
} from "../../schemas/order.ts";
import { validationProblem } from "../../validation.ts";
import type { BatchRoute } from "./place.route.ts";

/** What every item of one batch shares. */
interface BatchContext {
  readonly services: ApiServices;
  readonly userId: string;
  readonly responseType: ResponseType;
  /** The id of an item's command, given its symbol's number. */
  idAt(position: number, symbol: number): string;
}

export function batchHandler(services: ApiServices): RouteHandler<BatchRoute, AppEnv> {
  return async (context) => {
    const principal = caller(context);
    const { userId } = principal;
    const { orders, responseType = "RESULT" } = context.req.valid("json");
    context.set("rateHeaders", await services.limits.charge(principal, costsOf(orders)));
    const answer = await once(services, context, userId, newId(services, 0), async (baseId, resent) => {
      const idAt = (position: number, symbol: number) => derivedId(baseId, position, symbol);
      const batch: BatchContext = { services, userId, responseType, idAt };
      const planned = await Promise.all(orders.map((item, position) => planItem(batch, item, position)));
      const plans = planned.filter((one): one is Plan => !isProblem(one));
      const sent = await executeAll(services, plans, responseType, resent);
      return gather(planned, sent);
    });
    return respond<BatchRoute>(answer);
  };
}

/** A batch counts as what stands in it. */
function costsOf(items: readonly unknown[]): { readonly orders: number; readonly cancels: number } {
  const cancels = items.filter((item) => operationOf(item) === "cancel").length;
  return { orders: items.length - cancels, cancels };
}

function operationOf(item: unknown): unknown {
  return typeof item === "object" && item !== null && "op" in item ? item.op : "place";
}

/** Puts the answers of what was sent between the refusals of what was not. */
function gather(planned: readonly (Plan | Problem)[], sent: readonly Answer[]): Answer {
  let next = 0;
  const answers = planned.map((one) => {
    if (isProblem(one)) return refused(one);
    const answer = sent[next++];
    if (answer === undefined) throw new Error("a command without an answer");
    return answer;
  });
  const results = answers.map(({ status, body }) =>
    status < 400 ? { status, order: body } : { status, error: body },
  );
  return { status: 200, body: { results }, certain: answers.every((answer) => answer.certain) };
}

async function planItem(batch: BatchContext, item: unknown, position: number): Promise<Plan | Problem> {
  const at = `/orders/${position}`;
  switch (operationOf(item)) {
    case "place": {
      const body = parsed(batchPlaceSchema, item, at);
      return "problem" in body ? body.problem : planPlacement(batch, body.value, position);
    }
    case "cancel": {
      const body = parsed(batchCancelSchema, item, at);
      if ("problem" in body) return body.problem;
      const input = await changeInput(batch, body.value, body.value.clientOrderId, position);
      return isProblem(input) ? input : planCancel(batch.services, input);
    }
    case "amend": {
      const body = parsed(batchAmendSchema, item, at);
      if ("problem" in body) return body.problem;
      const { op: _op, orderId, symbol, clientOrderId, ...terms } = body.value;
      const input = await changeInput(batch, { orderId, symbol }, clientOrderId, position);
      return isProblem(input) ? input : planAmend(batch.services, input, terms);
    }
    case "replace": {
      const body = parsed(batchReplaceSchema, item, at);
      if ("problem" in body) return body.problem;
      const { op: _op, orderId, symbol, targetClientOrderId, mode, ...terms } = body.value;
      const input = await changeInput(batch, { orderId, symbol }, targetClientOrderId, position);
      if (isProblem(input)) return input;
      return planReplace(batch.services, input, terms, mode !== "ALLOW_FAILURE");
    }
    default: {
      const detail = "place, cancel, amend or replace";
      return problem("VALIDATION_FAILED", {
        errors: [{ pointer: `${at}/op`, code: "VALIDATION_FAILED", detail }],
      });
    }
  }
}

async function planPlacement(
  batch: BatchContext,
  body: z.infer<typeof batchPlaceSchema>,
  position: number,
): Promise<Plan | Problem> {
  const { op: _op, symbol, ...terms } = body;
  const at = `/orders/${position}`;
  const listed = await tradableSymbol(batch.services, symbol, at);
  if (isProblem(listed)) return listed;
  const { userId, responseType } = batch;
  const orderId = batch.idAt(position, listed.spec.symbol);
  return planPlace(batch.services, listed, { userId, orderId, symbol, terms, responseType, at });
}

async function changeInput(
  batch: BatchContext,
  named: { readonly orderId?: string | undefined; readonly symbol?: string | undefined },
  clientOrderId: string | undefined,
  position: number,
): Promise<ChangeInput | Problem> {
  const target = await targetOf(batch.services, named, clientOrderId, position);
  if (isProblem(target)) return target;
  const { userId, responseType } = batch;
  const commandId = batch.idAt(position, target.listed.spec.symbol);
  return { userId, responseType, target, commandId, at: `/orders/${position}` };
}

async function targetOf(
  services: ApiServices,
  named: { readonly orderId?: string | undefined; readonly symbol?: string | undefined },
  clientOrderId: string | undefined,
  position: number,
): Promise<Target | Problem> {
  const { orderId, symbol } = named;
  if (orderId !== undefined && symbol === undefined && clientOrderId === undefined) {
    return targetById(services, orderId);
  }
  if (orderId === undefined && symbol !== undefined && clientOrderId !== undefined) {
    return targetByClientId(services, symbol, clientOrderId);
  }
  return problem("VALIDATION_FAILED", {
    errors: [
      {
        pointer: `/orders/${position}`,
        code: "VALIDATION_FAILED",
        detail: "names its order by orderId alone, or by symbol and client order id",
      },
    ],
  });
}

function parsed<T extends z.ZodType>(
  schema: T,
  item: unknown,
  at: string,
): { readonly value: z.infer<T> } | { readonly problem: Problem } {
  const result = schema.safeParse(item);
  return result.success
    ? { value: result.data }
    : { problem: validationProblem(result.error.issues, "json", at) };
}
