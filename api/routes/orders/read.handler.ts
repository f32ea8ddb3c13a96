import type { RouteHandler } from "@hono/zod-openapi";
import { OrderStatus } from "../../../engine/core/terms.ts";
import type { OrderRecord } from "../../../engine/ports.ts";
import { caller } from "../../auth/middleware.ts";
import type { ApiServices, AppEnv } from "../../context.ts";
import { timeOfId } from "../../convert/ids.ts";
import { orderBody } from "../../convert/order-body.ts";
import { pageOf, windowOf } from "../../convert/page.ts";
import { problem } from "../../problem.ts";
import { refuse } from "../../respond.ts";
import { ORDER_STATUSES, SIDES } from "../../schemas/names.ts";
import type { OrderBody } from "../../schemas/order.ts";
import type { GetByClientIdRoute, GetOrderRoute, ListOrdersRoute } from "./read.route.ts";

/** An id younger than this may be on its way from the queue to the records. */
const FRESH_MS = 30_000;
const FIRST_PAUSE_MS = 10;

const LIVE: ReadonlySet<OrderStatus> = new Set([
  OrderStatus.Pending,
  OrderStatus.Open,
  OrderStatus.PartiallyFilled,
]);

export function getOrderHandler(services: ApiServices): RouteHandler<GetOrderRoute, AppEnv> {
  return async (context) => {
    const { userId } = caller(context);
    const { orderId } = context.req.valid("param");
    const ageMs = services.clock.nowMs() - timeOfId(orderId);
    const isFresh = Math.abs(ageMs) < FRESH_MS;
    const record = isFresh ? await awaitOrder(services, orderId) : await services.reads.order(orderId);
    const body = record?.state.userId === userId ? await bodyOf(services, record) : null;
    if (body !== null) return context.json(body, 200);
    const mayCome = record === null && isFresh;
    return refuse<GetOrderRoute>(
      problem("ORDER_NOT_FOUND", { orderId }),
      mayCome ? { "retry-after": "1" } : {},
    );
  };
}

export function getByClientIdHandler(services: ApiServices): RouteHandler<GetByClientIdRoute, AppEnv> {
  return async (context) => {
    const { userId } = caller(context);
    const { clientOrderId } = context.req.valid("param");
    const listed = await services.symbols.named(context.req.valid("query").symbol);
    if (listed === undefined) return refuse<GetByClientIdRoute>(problem("UNKNOWN_SYMBOL"));
    const record = await services.reads.orderByClientId(userId, listed.spec.symbol, clientOrderId);
    if (record === null) return refuse<GetByClientIdRoute>(problem("ORDER_NOT_FOUND"));
    return context.json(orderBody(record.state, listed.spec), 200);
  };
}

export function listOrdersHandler(services: ApiServices): RouteHandler<ListOrdersRoute, AppEnv> {
  return async (context) => {
    const { userId } = caller(context);
    const query = context.req.valid("query");
    const listed = query.symbol === undefined ? null : await services.symbols.named(query.symbol);
    if (listed === undefined) return refuse<ListOrdersRoute>(problem("UNKNOWN_SYMBOL"));
    const statuses = (query.status ?? []).map((name) => ORDER_STATUSES[name]);
    const onlyLive = statuses.length > 0 && statuses.every((status) => LIVE.has(status));
    const window = windowOf(query, services.clock.nowMs(), onlyLive ? 0 : null);
    const records = await services.reads.orders({
      ...window,
      userId,
      symbol: listed?.spec.symbol ?? null,
      statuses,
      side: query.side === undefined ? null : SIDES[query.side],
    });
    const orders: OrderBody[] = [];
    for (const record of records) {
      const body = await bodyOf(services, record);
      if (body !== null) orders.push(body);
    }
    const nextCursor = pageOf(records, window.limit, (last) => ({
      timeMs: last.createdAtMs,
      id: last.state.orderId,
    }));
    return context.json({ orders, nextCursor }, 200);
  };
}

/** Reads until the records know the order, a little longer each time, for a bounded while. */
async function awaitOrder(services: ApiServices, orderId: string): Promise<OrderRecord | null> {
  const deadline = services.clock.nowMs() + services.settings.freshOrderWaitMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs *= 2) {
    const record = await services.reads.order(orderId);
    const leftMs = deadline - services.clock.nowMs();
    if (record !== null || leftMs <= 0) return record;
    await new Promise((resolve) => setTimeout(resolve, Math.min(pauseMs, leftMs)));
  }
}

async function bodyOf(services: ApiServices, record: OrderRecord): Promise<OrderBody | null> {
  const listed = await services.symbols.numbered(record.state.symbol);
  return listed === undefined ? null : orderBody(record.state, listed.spec);
}
