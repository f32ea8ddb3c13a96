import type { RouteHandler } from "@hono/zod-openapi";
import { formatId } from "../../../engine/ids.ts";
import { caller } from "../../auth/middleware.ts";
import { refused } from "../../commands/answer.ts";
import { execute } from "../../commands/execute.ts";
import { planPlace, tradableSymbol } from "../../commands/place.ts";
import { isProblem } from "../../commands/target.ts";
import type { ApiServices, AppEnv } from "../../context.ts";
import { newId } from "../../convert/ids.ts";
import { orderBody, pendingState } from "../../convert/order-body.ts";
import { once } from "../../idempotency/once.ts";
import { refuse, respond } from "../../respond.ts";
import type { PlaceRoute, TestRoute } from "./place.route.ts";

export function placeHandler(services: ApiServices): RouteHandler<PlaceRoute, AppEnv> {
  return async (context) => {
    const { userId } = caller(context);
    const { symbol, responseType = "RESULT", ...terms } = context.req.valid("json");
    const listed = await tradableSymbol(services, symbol);
    if (isProblem(listed)) return refuse<PlaceRoute>(listed);
    const planOf = (orderId: string) =>
      planPlace(services, listed, { userId, orderId, symbol, terms, responseType });
    const freshId = newId(services, listed.spec.symbol);
    const checked = planOf(freshId);
    if (isProblem(checked)) return refuse<PlaceRoute>(checked);
    const answer = await once(services, context, userId, freshId, async (orderId, resent) => {
      const plan = orderId === freshId ? checked : planOf(orderId);
      return isProblem(plan) ? refused(plan) : execute(services, plan, responseType, resent);
    });
    return respond<PlaceRoute>(answer, answer.status < 300 ? locationOf(answer.body) : {});
  };
}

export function testHandler(services: ApiServices): RouteHandler<TestRoute, AppEnv> {
  return async (context) => {
    const { userId } = caller(context);
    const { symbol, responseType = "RESULT", ...terms } = context.req.valid("json");
    const listed = await tradableSymbol(services, symbol);
    if (isProblem(listed)) return refuse<TestRoute>(listed);
    const orderId = newId(services, listed.spec.symbol);
    const plan = planPlace(services, listed, { userId, orderId, symbol, terms, responseType });
    if (isProblem(plan)) return refuse<TestRoute>(plan);
    const { order } = plan.command;
    const state = pendingState(order, listed.spec.symbol, userId);
    return context.json(
      { valid: true as const, order: { ...orderBody(state, listed.spec), orderId: formatId(order.id) } },
      200,
    );
  };
}

function locationOf(body: object): Record<string, string> {
  return "orderId" in body ? { location: `/api/v1/orders/${String(body.orderId)}` } : {};
}
