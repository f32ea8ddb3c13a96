import { createRoute, z } from "@hono/zod-openapi";
import { requireScope } from "../../auth/middleware.ts";
import type { ApiSettings } from "../../context.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { defineSymbolSchema, setStatusSchema } from "../../schemas/admin.ts";
import { idempotencyKeyHeader, responseTypeSchema, userIdSchema } from "../../schemas/fields.ts";
import { symbolBodySchema } from "../../schemas/market.ts";
import { acknowledgementSchema, orderSchema } from "../../schemas/order.ts";
import { problems } from "../../schemas/problem.ts";
import { CALLER, json, jsonBodyOf } from "../../schemas/responses.ts";
import { cancelledOrdersSchema, orderIdParams } from "../orders/change.route.ts";
import { symbolParams } from "../symbols/symbols.route.ts";

const PENDING = "Durable or on its way; the outcome is not known in time";

export const defineSymbolRoute = ({ body }: ApiSettings) =>
  createRoute({
    method: "post",
    path: "/admin/symbols",
    operationId: "defineSymbol",
    tags: ["admin"],
    summary: "Make a pair",
    security: CALLER,
    middleware: [requireScope("admin"), jsonBody(body)] as const,
    request: { headers: idempotencyKeyHeader, body: jsonBodyOf(defineSymbolSchema) },
    responses: {
      201: json("The pair", symbolBodySchema),
      202: json(PENDING, acknowledgementSchema),
      ...problems(400, 401, 403, 409, 413, 415, 422, 500, 503),
    },
  });
export type DefineSymbolRoute = ReturnType<typeof defineSymbolRoute>;

export const setStatusRoute = ({ body }: ApiSettings) =>
  createRoute({
    method: "patch",
    path: "/admin/symbols/{symbol}",
    operationId: "setSymbolStatus",
    tags: ["admin"],
    summary: "Halt, reopen or delist a pair",
    description: "A sequenced command: it has one place in the history. Delisting cancels every open order.",
    security: CALLER,
    middleware: [requireScope("admin"), jsonBody(body)] as const,
    request: { params: symbolParams, headers: idempotencyKeyHeader, body: jsonBodyOf(setStatusSchema) },
    responses: {
      200: json("The pair", symbolBodySchema),
      202: json(PENDING, acknowledgementSchema),
      ...problems(400, 401, 403, 404, 409, 413, 415, 422, 500, 503),
    },
  });
export type SetStatusRoute = ReturnType<typeof setStatusRoute>;

export const killSwitchRoute = ({ body }: ApiSettings) =>
  createRoute({
    method: "post",
    path: "/admin/users/{userId}/kill-switch",
    operationId: "killSwitch",
    tags: ["admin"],
    summary: "Cancel all of a user's orders and refuse new ones, or lift that",
    security: CALLER,
    middleware: [requireScope("admin"), jsonBody(body)] as const,
    request: {
      params: z.object({ userId: userIdSchema.openapi({ param: { name: "userId", in: "path" } }) }),
      headers: idempotencyKeyHeader,
      body: jsonBodyOf(
        z
          .strictObject({
            enabled: z.boolean().openapi({ description: "True: no trading. False: trading again." }),
          })
          .openapi("KillSwitch"),
      ),
    },
    responses: {
      200: json("The orders that were cancelled", cancelledOrdersSchema),
      202: json("Durable or on its way in at least one symbol group", cancelledOrdersSchema),
      ...problems(400, 401, 403, 409, 413, 415, 422, 500, 503),
    },
  });
export type KillSwitchRoute = ReturnType<typeof killSwitchRoute>;

export const adminCancelRoute = createRoute({
  method: "delete",
  path: "/admin/orders/{orderId}",
  operationId: "adminCancelOrder",
  tags: ["admin"],
  summary: "Cancel anybody's order",
  security: CALLER,
  middleware: [requireScope("admin")] as const,
  request: {
    params: orderIdParams,
    query: z.strictObject({ responseType: responseTypeSchema.optional() }),
    headers: idempotencyKeyHeader,
  },
  responses: {
    200: json("The order after the cancel", orderSchema),
    202: json(PENDING, acknowledgementSchema),
    ...problems(400, 401, 403, 404, 409, 422, 500, 503),
  },
});
export type AdminCancelRoute = typeof adminCancelRoute;
