import type { RouteHandler } from "@hono/zod-openapi";
import { idSymbol, parseId } from "../../../engine/ids.ts";
import { caller } from "../../auth/middleware.ts";
import { refused } from "../../commands/answer.ts";
import { execute } from "../../commands/execute.ts";
import { type ListInput, listBody, planCancelList, planList } from "../../commands/list.ts";
import { tradableSymbol } from "../../commands/place.ts";
import { isProblem } from "../../commands/target.ts";
import type { ApiServices, AppEnv } from "../../context.ts";
import { newId } from "../../convert/ids.ts";
import { once } from "../../idempotency/once.ts";
import { type Problem, problem } from "../../problem.ts";
import { refuse, respond } from "../../respond.ts";
import type { CancelListRoute, GetListRoute, PlaceListRoute } from "./order-lists.route.ts";

export function placeListHandler(services: ApiServices): RouteHandler<PlaceListRoute, AppEnv> {
  return async (context) => {
    const { userId } = caller(context);
    const body = context.req.valid("json");
    const listed = await tradableSymbol(services, body.symbol);
    if (isProblem(listed)) return refuse<PlaceListRoute>(listed);
    const planOf = (listId: string) => planList(services, { userId, listId, listed }, body);
    const freshId = newId(services, listed.spec.symbol);
    const checked = planOf(freshId);
    if (isProblem(checked)) return refuse<PlaceListRoute>(checked);
    const answer = await once(services, context, userId, freshId, async (listId, resent) => {
      const plan = listId === freshId ? checked : planOf(listId);
      return isProblem(plan) ? refused(plan) : execute(services, plan, body.responseType ?? "RESULT", resent);
    });
    return respond<PlaceListRoute>(answer);
  };
}

export function getListHandler(services: ApiServices): RouteHandler<GetListRoute, AppEnv> {
  return async (context) => {
    const { userId } = caller(context);
    const input = await inputOf(services, userId, context.req.valid("param").listId);
    if (isProblem(input)) return refuse<GetListRoute>(input);
    const records = await services.reads.ordersOfList(input.listId);
    const own = records.filter((record) => record.state.userId === userId);
    if (own.length === 0) return refuse<GetListRoute>(problem("LIST_NOT_FOUND"));
    const body = listBody(
      input,
      own.map((record) => record.state),
    );
    return respond<GetListRoute>({ status: 200, body, certain: true });
  };
}

export function cancelListHandler(services: ApiServices): RouteHandler<CancelListRoute, AppEnv> {
  return async (context) => {
    const { userId } = caller(context);
    const input = await inputOf(services, userId, context.req.valid("param").listId);
    if (isProblem(input)) return refuse<CancelListRoute>(input);
    const freshId = newId(services, input.listed.spec.symbol);
    const answer = await once(services, context, userId, freshId, (commandId, resent) =>
      execute(services, planCancelList(services, input, commandId), "RESULT", resent),
    );
    return respond<CancelListRoute>(answer);
  };
}

/** A list's id carries its symbol's number, as an order's does. */
async function inputOf(services: ApiServices, userId: string, listId: string): Promise<ListInput | Problem> {
  const symbol = idSymbol(parseId(listId, { a: 0, b: 0, c: 0, d: 0 }));
  const listed = symbol === 0 ? undefined : await services.symbols.numbered(symbol);
  return listed === undefined ? problem("LIST_NOT_FOUND") : { userId, listId, listed };
}
