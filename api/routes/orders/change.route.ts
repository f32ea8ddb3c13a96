import { createRoute, z } from "@hono/zod-openapi";
import { requireScope } from "../../auth/middleware.ts";
import type { ApiSettings } from "../../context.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { idempotencyKeyHeader, idSchema, responseTypeSchema, symbolSchema } from "../../schemas/fields.ts";
import {
  acknowledgementSchema,
  amendOrderSchema,
  orderSchema,
  replaceOrderSchema,
} from "../../schemas/order.ts";
import { problemSchema, problems } from "../../schemas/problem.ts";
import { CALLER, json, jsonBodyOf } from "../../schemas/responses.ts";

export const orderIdParams = z.object({
  orderId: idSchema.openapi({ param: { name: "orderId", in: "path" } }),
});

const queryOfChange = z.strictObject({ responseType: responseTypeSchema.optional() });

const PENDING = "Durable or on its way; the outcome is not awaited or not known in time";

export const amendRoute = ({ body }: ApiSettings) =>
  createRoute({
    method: "patch",
    path: "/orders/{orderId}",
    operationId: "amendOrder",
    tags: ["orders"],
    summary: "Amend an order",
    description:
      "A smaller quantity keeps the order's place; a new price or a larger quantity loses it and can match at once. `quantity` is the new total, `reduceBy` an amount to take off. An amend that is refused leaves the order unchanged.",
    security: CALLER,
    middleware: [requireScope("trade"), jsonBody(body)] as const,
    request: { params: orderIdParams, headers: idempotencyKeyHeader, body: jsonBodyOf(amendOrderSchema) },
    responses: {
      200: json("The order after the amend", orderSchema),
      202: json(PENDING, acknowledgementSchema),
      ...problems(400, 401, 403, 404, 409, 413, 415, 422, 500, 503),
    },
  });
export type AmendRoute = ReturnType<typeof amendRoute>;

const replacementSchema = z
  .object({
    cancelled: orderSchema
      .nullable()
      .openapi({ description: "The old order; null where ALLOW_FAILURE went on without it." }),
    placed: orderSchema
      .nullable()
      .openapi({ description: "The new order; REJECTED where ALLOW_FAILURE cancelled the old one alone." }),
    error: problemSchema.nullable().openapi({ description: "Why one half failed under ALLOW_FAILURE." }),
  })
  .openapi("Replacement");

export const replaceRoute = ({ body }: ApiSettings) =>
  createRoute({
    method: "post",
    path: "/orders/{orderId}/replace",
    operationId: "replaceOrder",
    tags: ["orders"],
    summary: "Cancel an order and place another one in its stead",
    description:
      "One command: the new order, of the same symbol, is checked as if the old one were gone, and may reuse its clientOrderId.",
    security: CALLER,
    middleware: [requireScope("trade"), jsonBody(body)] as const,
    request: { params: orderIdParams, headers: idempotencyKeyHeader, body: jsonBodyOf(replaceOrderSchema) },
    responses: {
      200: json("Both orders", replacementSchema),
      202: json(PENDING, acknowledgementSchema),
      ...problems(400, 401, 403, 404, 409, 413, 415, 422, 500, 503),
    },
  });
export type ReplaceRoute = ReturnType<typeof replaceRoute>;

export const cancelRoute = createRoute({
  method: "delete",
  path: "/orders/{orderId}",
  operationId: "cancelOrder",
  tags: ["orders"],
  summary: "Cancel an order",
  security: CALLER,
  middleware: [requireScope("trade")] as const,
  request: { params: orderIdParams, query: queryOfChange, headers: idempotencyKeyHeader },
  responses: {
    200: json("The order after the cancel", orderSchema),
    202: json(PENDING, acknowledgementSchema),
    ...problems(400, 401, 403, 404, 409, 422, 500, 503),
  },
});
export type CancelRoute = typeof cancelRoute;

export const cancelledOrdersSchema = z
  .object({
    orders: z.array(orderSchema).openapi({ description: "Those that the call cancelled." }),
    pending: z
      .boolean()
      .openapi({ description: "True when the outcome of at least one symbol group is not known (yet)." }),
  })
  .openapi("CancelledOrders");

export const cancelAllRoute = createRoute({
  method: "delete",
  path: "/orders",
  operationId: "cancelAllOrders",
  tags: ["orders"],
  summary: "Cancel all of the caller's orders, of a symbol or everywhere",
  security: CALLER,
  middleware: [requireScope("trade")] as const,
  request: {
    query: z.strictObject({ symbol: symbolSchema.optional(), responseType: responseTypeSchema.optional() }),
    headers: idempotencyKeyHeader,
  },
  responses: {
    200: json("The orders that were cancelled", cancelledOrdersSchema),
    202: json("Durable or on its way in at least one symbol group", cancelledOrdersSchema),
    ...problems(400, 401, 403, 409, 422, 500, 503),
  },
});
export type CancelAllRoute = typeof cancelAllRoute;
