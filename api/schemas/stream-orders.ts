import { z } from "@hono/zod-openapi";
import { idOut } from "./fields.ts";
import { tradePageSchema } from "./market.ts";
import { orderSchema } from "./order.ts";
import { messageTime, timelineOut } from "./stream-fields.ts";
import { snapshotReasonSchema } from "./stream-market.ts";
import { positionSchema } from "./stream-requests.ts";

/**
 * The caller's own orders and fills. Sequences are those of the committed history, one history a symbol
 * group; a user is told where they stand in each (`positions`), and each change names the place before
 * it, so that a missing one shows, on whichever server and after whichever reconnection.
 */

const channel = z.literal("orders");
const positions = z.array(positionSchema).openapi({
  description: "Where the caller now stands, one place a symbol group: what to give to `resume`.",
});

const ownFillSchema = tradePageSchema.shape.trades.element;

const ordersSnapshotSchema = z
  .object({
    type: z.literal("orders.snapshot"),
    channel,
    reason: snapshotReasonSchema,
    positions,
    orders: z.array(orderSchema).openapi({ description: "Open orders, at most 500 a message." }),
    complete: z.boolean().openapi({ description: "False: more messages of the same snapshot follow." }),
  })
  .openapi("StreamOrdersSnapshot", {
    description:
      "All open orders. After a `resume` it says that what came meanwhile cannot be told one by one: GET /orders and /trades have what ended.",
  });

const ordersResumedSchema = z
  .object({ type: z.literal("orders.resumed"), channel, positions })
  .openapi("StreamOrdersResumed", {
    description: "The resume succeeds: every change behind the given positions follows.",
  });

const ordersUpdateSchema = z
  .object({
    type: z.literal("orders.update"),
    channel,
    group: z.string().openapi({ example: "main" }),
    timeline: timelineOut,
    previousSequence: z.int().openapi({ description: "Where the caller stood in the group before it." }),
    sequence: z.int().openapi({ description: "Sequence of the command that did it." }),
    time: messageTime,
    commandId: idOut("The command."),
    orders: z
      .array(orderSchema)
      .openapi({ description: "The caller's orders that it touched, as they now are." }),
    fills: z.array(ownFillSchema).openapi({ description: "What they traded, in order." }),
  })
  .openapi("StreamOrdersUpdate", { description: "What one command did to the caller's orders." });

const ordersPositionSchema = z
  .object({ type: z.literal("orders.position"), channel, positions })
  .openapi("StreamOrdersPosition", {
    description:
      "Nothing of the caller's happened up to here. Now and then, so that a resume has a short way.",
  });

export const orderMessages = [
  ordersSnapshotSchema,
  ordersResumedSchema,
  ordersUpdateSchema,
  ordersPositionSchema,
] as const;
