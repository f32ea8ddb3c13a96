import { z } from "@hono/zod-openapi";
import { channelSchema, requestIdSchema, serverTime } from "./stream-fields.ts";

/** Answers to requests, and what the server says of the connection itself. */

const id = requestIdSchema.optional();

/** Codes of the stream's own; those of authentication are the same as in HTTP. */
export const STREAM_ERROR_CODES = {
  MALFORMED_MESSAGE: "the message is no JSON object of a known kind",
  UNKNOWN_CHANNEL: "there is no such channel",
  UNKNOWN_SYMBOL: "there is no such pair",
  UNAUTHENTICATED: "the credential is wrong, or none was given yet",
  FORBIDDEN: "the credential lacks the scope for it",
  AUTHENTICATION_ENDED: "the token has ended or the key was revoked: send auth again",
  OTHER_USER: "the connection is another user's already: open a new one",
  TOO_MANY_CHANNELS: "this connection has as many channels as it may",
  TOO_MANY_MESSAGES: "more messages than one connection may send",
  NOT_AVAILABLE: "it cannot be served just now; try again",
} as const;
export type StreamErrorCode = keyof typeof STREAM_ERROR_CODES;

const welcomeSchema = z
  .object({
    type: z.literal("welcome"),
    connectionId: z.string().openapi({ description: "Names this connection in the server's logs." }),
    version: z.string().openapi({ example: "0.1.0" }),
    time: serverTime,
    maxChannels: z.int().openapi({ description: "Channels that this connection may have.", example: 200 }),
    maxMessagesPerSecond: z
      .int()
      .openapi({ description: "Messages that it may send a second.", example: 20 }),
    idleTimeoutSeconds: z.int().openapi({
      description: "A client that answers no ping of the protocol for so long is closed.",
      example: 30,
    }),
  })
  .openapi("StreamWelcome", { description: "The first message of every connection." });

const subscribedSchema = z
  .object({ type: z.literal("subscribed"), id, channels: z.array(channelSchema) })
  .openapi("StreamSubscribed", { description: "These channels have begun; what they say follows." });

const unsubscribedSchema = z
  .object({
    type: z.literal("unsubscribed"),
    id,
    channels: z.array(channelSchema),
    code: z.string().optional().openapi({ description: "Why, where the client did not ask for it." }),
  })
  .openapi("StreamUnsubscribed", { description: "These channels have ended." });

const authenticatedSchema = z
  .object({
    type: z.literal("authenticated"),
    id,
    userId: z.string().openapi({ example: "alice" }),
    scopes: z.array(z.enum(["read", "trade", "admin"])),
    expiresAt: z.string().nullable().openapi({
      format: "date-time",
      description: "When it ends by itself; null: not.",
    }),
  })
  .openapi("StreamAuthenticated");

const cancelOnDisconnectReplySchema = z
  .object({
    type: z.literal("cancelOnDisconnect"),
    id,
    enabled: z.boolean(),
    symbols: z.array(z.string()).nullable().openapi({ description: "Null: all pairs." }),
  })
  .openapi("StreamCancelOnDisconnectReply");

const pongSchema = z.object({ type: z.literal("pong"), id, time: serverTime }).openapi("StreamPong");

const unavailableSchema = z
  .object({ type: z.literal("unavailable"), channel: channelSchema })
  .openapi("StreamUnavailable", {
    description: "The channel has nothing to tell just now; a snapshot follows as soon as it has.",
  });

const streamErrorSchema = z
  .object({
    type: z.literal("error"),
    id,
    channel: channelSchema.optional(),
    code: z.string().openapi({ description: "Stable.", example: "UNKNOWN_CHANNEL" }),
    message: z.string().openapi({ description: "For people.", example: "there is no such channel" }),
  })
  .openapi("StreamError", { description: "A request, or one of its channels, was refused." });

export const replyMessages = [
  welcomeSchema,
  subscribedSchema,
  unsubscribedSchema,
  authenticatedSchema,
  cancelOnDisconnectReplySchema,
  pongSchema,
  unavailableSchema,
  streamErrorSchema,
] as const;

/** Why the server closes a connection (WebSocket close codes). */
export const STREAM_CLOSE_CODES = {
  /** The server stops: connect again, another one answers. */
  GOING_AWAY: 4000,
  /** Unread data beyond what is kept for one connection. */
  TOO_SLOW: 4001,
  /** Goes on sending what is malformed, or too much. */
  ABUSE: 4003,
} as const;
