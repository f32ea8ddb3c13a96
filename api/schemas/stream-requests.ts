import { z } from "@hono/zod-openapi";
import { symbolSchema } from "./fields.ts";
import { channelSchema, requestIdSchema, timelineOut } from "./stream-fields.ts";

/** What a client sends: one JSON object a text message, told apart by `op`. */

const id = requestIdSchema.optional();

/** Place in the history of one symbol group, out of committed sequences. */
export const positionSchema = z
  .strictObject({
    group: z.string().min(1).max(64).openapi({ description: "The symbol group.", example: "main" }),
    timeline: timelineOut.max(36),
    sequence: z.int().min(0).openapi({ description: "Everything up to here is known.", example: 81_302 }),
  })
  .openapi("StreamPosition");
export type StreamPosition = z.infer<typeof positionSchema>;

const MAX_CHANNELS = 200;

const subscribeSchema = z
  .strictObject({
    op: z.literal("subscribe"),
    id,
    channels: z.array(channelSchema).min(1).max(MAX_CHANNELS),
    resume: z.array(positionSchema).max(256).optional().openapi({
      description:
        "For `orders`: the positions that the last connection ended at. What came since is told; where it cannot be, a snapshot of the open orders.",
    }),
  })
  .openapi("StreamSubscribe", {
    description: "Begins channels. Answered by `subscribed`, and by an `error` for each that cannot be had.",
    example: { op: "subscribe", id: 1, channels: ["depth:BTC-USDT", "trades:BTC-USDT"] },
  });

const unsubscribeSchema = z
  .strictObject({
    op: z.literal("unsubscribe"),
    id,
    channels: z.array(channelSchema).min(1).max(MAX_CHANNELS),
  })
  .openapi("StreamUnsubscribe", {
    description: "Ends channels. Answered by `unsubscribed`.",
    example: { op: "unsubscribe", id: 2, channels: ["depth:BTC-USDT"] },
  });

export const authSchema = z
  .strictObject({
    op: z.literal("auth"),
    id,
    token: z.string().min(1).max(8_192).optional().openapi({
      description: "What stands behind `Bearer ` in HTTP.",
      example: "dev:alice",
    }),
    apiKey: z.string().min(1).max(128).optional(),
    timestamp: z.string().max(20).optional().openapi({ description: "Milliseconds." }),
    nonce: z.string().max(128).optional(),
    signature: z.string().max(512).optional().openapi({
      description: "Of a request without body, `GET /ws`, as in HTTP.",
    }),
  })
  .openapi("StreamAuth", {
    description:
      "Names the caller: by a token, or by an API key with a signature. Sent again before the token ends, it goes on with the new one.",
    example: { op: "auth", id: 3, token: "dev:alice" },
  });

const cancelOnDisconnectSchema = z
  .strictObject({
    op: z.literal("cancelOnDisconnect"),
    id,
    enabled: z.boolean(),
    symbols: z.array(symbolSchema).min(1).max(100).optional().openapi({
      description: "Only the orders of these pairs; without it, all of the caller's orders.",
    }),
  })
  .openapi("StreamCancelOnDisconnect", {
    description:
      "Cancels the caller's open orders when this connection ends, for whatever reason. Needs scope trade.",
    example: { op: "cancelOnDisconnect", id: 4, enabled: true, symbols: ["BTC/USDT"] },
  });

const pingSchema = z
  .strictObject({ op: z.literal("ping"), id })
  .openapi("StreamPing", { description: "Answered by `pong`.", example: { op: "ping", id: 5 } });

/** Everything that a client may send. */
export const streamRequestSchema = z.discriminatedUnion("op", [
  subscribeSchema,
  unsubscribeSchema,
  authSchema,
  cancelOnDisconnectSchema,
  pingSchema,
]);
export type StreamRequest = z.infer<typeof streamRequestSchema>;
export type AuthRequest = z.infer<typeof authSchema>;
