import { createRoute, z } from "@hono/zod-openapi";
import { requireScope } from "../../auth/middleware.ts";
import type { ApiSettings } from "../../context.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { idempotencyKeyHeader, idSchema } from "../../schemas/fields.ts";
import { acknowledgementSchema } from "../../schemas/order.ts";
import { orderListSchema, placeListSchema } from "../../schemas/order-list.ts";
import { problems } from "../../schemas/problem.ts";
import { CALLER, json, jsonBodyOf } from "../../schemas/responses.ts";

export const placeListRoute = ({ body }: ApiSettings) =>
  createRoute({
    method: "post",
    path: "/order-lists",
    operationId: "placeOrderList",
    tags: ["order lists"],
    summary: "Place a limit and a stop order of which one cancels the other (OCO)",
    description:
      "Any fill, trigger, cancel or expiry of one leg ends the other in the same command. The whole list is refused if one leg is.",
    security: CALLER,
    middleware: [requireScope("trade"), jsonBody(body)] as const,
    request: { headers: idempotencyKeyHeader, body: jsonBodyOf(placeListSchema) },
    responses: {
      201: json("The list with its orders", orderListSchema),
      202: json("Durable or on its way; the orders are PENDING", orderListSchema),
      ...problems(400, 401, 403, 409, 413, 415, 422, 500, 503),
    },
  });
export type PlaceListRoute = ReturnType<typeof placeListRoute>;

const listIdParams = z.object({ listId: idSchema.openapi({ param: { name: "listId", in: "path" } }) });

export const getListRoute = createRoute({
  method: "get",
  path: "/order-lists/{listId}",
  operationId: "getOrderList",
  tags: ["order lists"],
  summary: "One list",
  security: CALLER,
  middleware: [requireScope("read")] as const,
  request: { params: listIdParams },
  responses: {
    200: json("The list with its orders", orderListSchema),
    ...problems(400, 401, 403, 404, 500, 503),
  },
});
export type GetListRoute = typeof getListRoute;

export const cancelListRoute = createRoute({
  method: "delete",
  path: "/order-lists/{listId}",
  operationId: "cancelOrderList",
  tags: ["order lists"],
  summary: "Cancel both orders of a list",
  security: CALLER,
  middleware: [requireScope("trade")] as const,
  request: { params: listIdParams, headers: idempotencyKeyHeader },
  responses: {
    200: json("The list with its orders", orderListSchema),
    202: json("Durable or on its way", acknowledgementSchema),
    ...problems(400, 401, 403, 404, 409, 422, 500, 503),
  },
});
export type CancelListRoute = typeof cancelListRoute;
