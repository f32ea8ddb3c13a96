import { z } from "@hono/zod-openapi";
import { marketMessages } from "./stream-market.ts";
import { orderMessages } from "./stream-orders.ts";
import { replyMessages } from "./stream-replies.ts";

/**
 * The stream at `/ws`: every message both ways, as JSON objects in text messages. What a client sends is
 * told apart by `op` (stream-requests.ts), what the server sends by `type`.
 */

export { type StreamRequest, streamRequestSchema } from "./stream-requests.ts";

/** Everything that the server sends. */
export const streamMessageSchema = z.discriminatedUnion("type", [
  ...replyMessages,
  ...marketMessages,
  ...orderMessages,
]);
export type StreamMessage = z.infer<typeof streamMessageSchema>;

/** One kind of the server's messages. */
export type StreamMessageOf<T extends StreamMessage["type"]> = Extract<StreamMessage, { type: T }>;
