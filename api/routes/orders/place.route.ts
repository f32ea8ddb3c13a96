import { createRoute, z } from "@hono/zod-openapi";
import { requireScope } from "../../auth/middleware.ts";
import type { ApiSettings } from "../../context.ts";
import { jsonBody } from "../../middleware/json-body.ts";
import { idempotencyKeyHeader } from "../../schemas/fields.ts";
import { batchSchema, orderSchema, placeOrderSchema } from "../../schemas/order.ts";
import { problemSchema, problems } from "../../schemas/problem.ts";
import { CALLER, json, jsonBodyOf } from "../../schemas/responses.ts";

export const placeRoute = ({ body }: ApiSettings) =>
  createRoute({
    method: "post",
    path: "/orders",
    operationId: "placeOrder",
    tags: ["orders"],
    summary: "Place an order",
    description:
      "201 with the order when the engine has taken it, whatever became of it at once; 422 with the code and the orderId when it refused it. 202 when it is durable and its outcome is not awaited (ACK) or not known in time: it may still execute, and the same Idempotency-Key asks again.",
    security: CALLER,
    middleware: [requireScope("trade"), jsonBody(body)] as const,
    request: { headers: idempotencyKeyHeader, body: jsonBodyOf(placeOrderSchema) },
    responses: {
      201: json("The order, after its first match", orderSchema),
      202: json("Durable or on its way; the order is PENDING", orderSchema),
      ...problems(400, 401, 403, 409, 413, 415, 422, 500, 503),
    },
  });
export type PlaceRoute = ReturnType<typeof placeRoute>;

const testedSchema = z
  .object({ valid: z.literal(true), order: orderSchema })
  .openapi("TestedOrder", { description: "The order as it would be sent; its id is not used." });

export const testRoute = ({ body }: ApiSettings) =>
  createRoute({
    method: "post",
    path: "/orders/test",
    operationId: "testOrder",
    tags: ["orders"],
    summary: "Check an order without placing it",
    description: "Makes every check that needs no book. Nothing is sent and nothing is stored.",
    security: CALLER,
    middleware: [requireScope("trade"), jsonBody(body)] as const,
    request: { body: jsonBodyOf(placeOrderSchema) },
    responses: {
      200: json("Nothing speaks against it", testedSchema),
      ...problems(400, 401, 403, 409, 413, 415, 422, 503),
    },
  });
export type TestRoute = ReturnType<typeof testRoute>;

const batchResultSchema = z
  .object({
    status: z
      .int()
      .openapi({ description: "What the item would have got as a call of its own.", example: 201 }),
    order: z
      .unknown()
      .optional()
      .openapi({
        description: "With a status below 400.",
        anyOf: [
          { $ref: "#/components/schemas/Order" },
          { $ref: "#/components/schemas/Replacement" },
          { $ref: "#/components/schemas/Acknowledgement" },
        ],
      }),
    error: problemSchema.optional(),
  })
  .openapi("BatchResult");

export const batchRoute = ({ batchBody }: ApiSettings) =>
  createRoute({
    method: "post",
    path: "/orders/batch",
    operationId: "batchOrders",
    tags: ["orders"],
    summary: "Up to 100 placements, cancels, amends and replacements in one message",
    description:
      "One result for each item, in order; the commands of one symbol group are carried out in the order given. One bad item spoils no other.",
    security: CALLER,
    middleware: [requireScope("trade"), jsonBody(batchBody)] as const,
    request: { headers: idempotencyKeyHeader, body: jsonBodyOf(batchSchema) },
    responses: {
      200: json(
        "A result for each item",
        z.object({ results: z.array(batchResultSchema) }).openapi("BatchAnswer"),
      ),
      ...problems(400, 401, 403, 409, 413, 415, 422, 500, 503),
    },
  });
export type BatchRoute = ReturnType<typeof batchRoute>;
