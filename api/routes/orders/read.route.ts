import { createRoute, z } from "@hono/zod-openapi";
import { requireScope } from "../../auth/middleware.ts";
import {
  clientOrderIdSchema,
  cursorSchema,
  limitSchema,
  orderStatusSchema,
  sideSchema,
  symbolSchema,
  timeSchema,
} from "../../schemas/fields.ts";
import { orderPageSchema, orderSchema } from "../../schemas/order.ts";
import { problems } from "../../schemas/problem.ts";
import { CALLER, json } from "../../schemas/responses.ts";
import { orderIdParams } from "./change.route.ts";

export const getOrderRoute = createRoute({
  method: "get",
  path: "/orders/{orderId}",
  operationId: "getOrder",
  tags: ["orders"],
  summary: "One order",
  description:
    "An id younger than 30 s that is not known yet is waited for a moment; then 404 with Retry-After.",
  security: CALLER,
  middleware: [requireScope("read")] as const,
  request: { params: orderIdParams },
  responses: { 200: json("The order", orderSchema), ...problems(400, 401, 403, 404, 500, 503) },
});
export type GetOrderRoute = typeof getOrderRoute;

export const getByClientIdRoute = createRoute({
  method: "get",
  path: "/orders/by-client-id/{clientOrderId}",
  operationId: "getOrderByClientId",
  tags: ["orders"],
  summary: "The newest order of a symbol with that client order id",
  security: CALLER,
  middleware: [requireScope("read")] as const,
  request: {
    params: z.object({
      clientOrderId: clientOrderIdSchema.openapi({ param: { name: "clientOrderId", in: "path" } }),
    }),
    query: z.strictObject({ symbol: symbolSchema }),
  },
  responses: { 200: json("The order", orderSchema), ...problems(400, 401, 403, 404, 422, 500, 503) },
});
export type GetByClientIdRoute = typeof getByClientIdRoute;

/** One status or several, `status=OPEN,PARTIALLY_FILLED` or the parameter repeated. */
const statusesSchema = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => (Array.isArray(given) ? given : [given]).flatMap((part) => part.split(",")))
  .pipe(z.array(orderStatusSchema))
  .openapi({ type: "array", items: { $ref: "#/components/schemas/OrderStatus" } });

export const historyWindow = {
  from: timeSchema.optional().openapi({
    description: "Entered at or after; seven days before `to` by default.",
    param: { name: "from", in: "query" },
  }),
  to: timeSchema.optional().openapi({
    description: "Entered before; now by default.",
    param: { name: "to", in: "query" },
  }),
  cursor: cursorSchema.optional(),
  limit: limitSchema(100, 1_000),
};

export const listOrdersRoute = createRoute({
  method: "get",
  path: "/orders",
  operationId: "listOrders",
  tags: ["orders"],
  summary: "The caller's orders, newest first",
  description:
    "Seven days by default. Asked only for live orders (PENDING, OPEN, PARTIALLY_FILLED) and without `from`: all of them, however old.",
  security: CALLER,
  middleware: [requireScope("read")] as const,
  request: {
    query: z.strictObject({
      symbol: symbolSchema.optional(),
      status: statusesSchema.optional().openapi({
        param: { name: "status", in: "query", style: "form", explode: false },
        description: "Any of these, separated by commas.",
      }),
      side: sideSchema.optional(),
      ...historyWindow,
    }),
  },
  responses: { 200: json("A page", orderPageSchema), ...problems(400, 401, 403, 422, 500, 503) },
});
export type ListOrdersRoute = typeof listOrdersRoute;
