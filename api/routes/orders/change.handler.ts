import type { RouteHandler } from "@hono/zod-openapi";
import { caller } from "../../auth/middleware.ts";
import { refused } from "../../commands/answer.ts";
import { cancelEverything } from "../../commands/cancel-all.ts";
import { type ChangeInput, planAmend, planCancel, planReplace } from "../../commands/change.ts";
import { execute } from "../../commands/execute.ts";
import type { Plan } from "../../commands/plan.ts";
import { isProblem, type Target, targetById } from "../../commands/target.ts";
import type { ApiServices, AppContext, AppEnv } from "../../context.ts";
import { newId } from "../../convert/ids.ts";
import { type OnceAnswer, once } from "../../idempotency/once.ts";
import { type Problem, problem } from "../../problem.ts";
import { refuse, respond } from "../../respond.ts";
import type { ResponseType } from "../../schemas/fields.ts";
import type { AmendRoute, CancelAllRoute, CancelRoute, ReplaceRoute } from "./change.route.ts";

export function cancelHandler(services: ApiServices): RouteHandler<CancelRoute, AppEnv> {
  return async (context) => {
    const { orderId } = context.req.valid("param");
    const { responseType = "RESULT" } = context.req.valid("query");
    const answer = await change(services, context, orderId, responseType, (input) =>
      planCancel(services, input),
    );
    return isProblem(answer) ? refuse<CancelRoute>(answer) : respond<CancelRoute>(answer);
  };
}

export function amendHandler(services: ApiServices): RouteHandler<AmendRoute, AppEnv> {
  return async (context) => {
    const { orderId } = context.req.valid("param");
    const { responseType = "RESULT", ...terms } = context.req.valid("json");
    const answer = await change(services, context, orderId, responseType, (input) =>
      planAmend(services, input, terms),
    );
    return isProblem(answer) ? refuse<AmendRoute>(answer) : respond<AmendRoute>(answer);
  };
}

export function replaceHandler(services: ApiServices): RouteHandler<ReplaceRoute, AppEnv> {
  return async (context) => {
    const { orderId } = context.req.valid("param");
    const { responseType = "RESULT", mode, ...terms } = context.req.valid("json");
    const answer = await change(services, context, orderId, responseType, (input) =>
      planReplace(services, input, terms, mode !== "ALLOW_FAILURE"),
    );
    return isProblem(answer) ? refuse<ReplaceRoute>(answer) : respond<ReplaceRoute>(answer);
  };
}

export function cancelAllHandler(services: ApiServices): RouteHandler<CancelAllRoute, AppEnv> {
  return async (context) => {
    const { userId } = caller(context);
    const { symbol, responseType = "RESULT" } = context.req.valid("query");
    const listed = symbol === undefined ? null : await services.symbols.named(symbol);
    if (listed === undefined) return refuse<CancelAllRoute>(problem("UNKNOWN_SYMBOL"));
    const freshId = newId(services, listed?.spec.symbol ?? 0);
    const answer = await once(services, context, userId, freshId, (commandId, resent) =>
      cancelEverything(services, { userId, commandId, listed, responseType, resent }),
    );
    return respond<CancelAllRoute>(answer);
  };
}

async function change(
  services: ApiServices,
  context: AppContext,
  orderId: string,
  responseType: ResponseType,
  plan: (input: ChangeInput) => Plan | Problem,
): Promise<OnceAnswer | Problem> {
  const { userId } = caller(context);
  const target: Target | Problem = await targetById(services, orderId);
  if (isProblem(target)) return target;
  const freshId = newId(services, target.listed.spec.symbol);
  const planOf = (commandId: string) => plan({ userId, commandId, target, responseType });
  const checked = planOf(freshId);
  if (isProblem(checked)) return checked;
  return once(services, context, userId, freshId, async (commandId, resent) => {
    const own = commandId === freshId ? checked : planOf(commandId);
    return isProblem(own) ? refused(own) : execute(services, own, responseType, resent);
  });
}
