import { z } from "@hono/zod-openapi";
import { isUuid } from "../../engine/ids.ts";
import {
  namesOf,
  ORDER_STATUSES,
  ORDER_TYPES,
  SELF_TRADE_PREVENTIONS,
  SIDES,
  SYMBOL_STATUSES,
  TIMES_IN_FORCE,
} from "./names.ts";

/** Fields that several requests and answers share. */

export const sideSchema = z.enum(namesOf(SIDES)).openapi("Side");
export const orderTypeSchema = z.enum(namesOf(ORDER_TYPES)).openapi("OrderType");
export const timeInForceSchema = z.enum(namesOf(TIMES_IN_FORCE)).openapi("TimeInForce");
export const selfTradePreventionSchema = z
  .enum(namesOf(SELF_TRADE_PREVENTIONS))
  .openapi("SelfTradePrevention");
export const orderStatusSchema = z.enum(namesOf(ORDER_STATUSES)).openapi("OrderStatus");
export const symbolStatusSchema = z.enum(namesOf(SYMBOL_STATUSES)).openapi("SymbolStatus");

export const responseTypeSchema = z.enum(["ACK", "RESULT", "FULL"]).openapi("ResponseType", {
  description:
    "ACK answers 202 as soon as the queue has the command durably; RESULT (the default) waits for the engine; FULL adds the fills.",
});
export type ResponseType = z.infer<typeof responseTypeSchema>;

/** Longest name of an asset. */
const MAX_ASSET_LENGTH = 16;
const ASSET = `[A-Z0-9]{1,${MAX_ASSET_LENGTH}}`;
const SYMBOL = new RegExp(`^${ASSET}/${ASSET}$`);
const SYMBOL_IN_PATH = new RegExp(`^${ASSET}-${ASSET}$`);
const CLIENT_ORDER_ID = /^[\x21-\x7e]{1,64}$/;
const USER_ID = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$/;

/** True for what may be a user: letters, digits and `. _ : @ -`, at most 64. */
export function isUserId(text: string): boolean {
  return USER_ID.test(text);
}

export const assetSchema = z
  .string()
  .regex(new RegExp(`^${ASSET}$`), "capital letters and digits, at most 16");

export const symbolSchema = z
  .string()
  .regex(SYMBOL, "a pair, as in BTC/USDT")
  .openapi({ description: "The pair.", example: "BTC/USDT" });

export const symbolPathSchema = z
  .string()
  .regex(SYMBOL_IN_PATH, "a pair with a hyphen, as in BTC-USDT")
  .openapi({
    param: { name: "symbol", in: "path" },
    description: "The pair, with a hyphen.",
    example: "BTC-USDT",
  });

export const clientOrderIdSchema = z
  .string()
  .regex(CLIENT_ORDER_ID, "1 to 64 printable ASCII characters without spaces")
  .openapi({
    description: "The caller's own name of the order, unique among their open orders of the symbol.",
    example: "my-order-1",
  });

export const userIdSchema = z
  .string()
  .regex(USER_ID, "letters, digits and . _ : @ -, at most 64")
  .openapi({ example: "alice" });

/** A UUID in a request, lower-cased. */
export const idSchema = z
  .string()
  .superRefine((text, context) => {
    if (isUuid(text)) return;
    context.addIssue({ code: "custom", params: { code: "MALFORMED_ID" }, message: "a UUID" });
  })
  .transform((text) => text.toLowerCase())
  .openapi({ type: "string", format: "uuid", example: "019bea71-7d2e-7c41-a3b2-5f1e2d3c0001" });

export const idOut = (description: string) =>
  z.string().openapi({ description, format: "uuid", example: "019bea71-7d2e-7c41-a3b2-5f1e2d3c0001" });

const LAST_TIME_MS = 253_402_300_799_999;

/** A time in a request: ISO 8601 with an offset; becomes milliseconds. */
export const timeSchema = z.iso
  .datetime({ offset: true, error: "a time, as in 2026-01-02T03:04:05.678Z" })
  .transform((text) => Date.parse(text))
  .refine((timeMs) => timeMs >= 0 && timeMs <= LAST_TIME_MS, "a time between 1970 and 9999")
  .openapi({ type: "string", format: "date-time", example: "2026-01-02T03:04:05.678Z" });

export const cursorSchema = z.string().max(200).openapi({ description: "`nextCursor` of the page before." });

/** A whole number in a query string, 1…max. */
export const limitSchema = (standard: number, max: number) =>
  z
    .string()
    .regex(/^[1-9][0-9]{0,5}$/, `a whole number from 1 to ${max}`)
    .transform(Number)
    .refine((limit) => limit <= max, `at most ${max}`)
    .default(standard)
    .openapi({ type: "integer", minimum: 1, maximum: max, default: standard });

export const idempotencyKeyHeader = z.object({
  "idempotency-key": z.string().optional().openapi({
    description:
      "Makes a retry return the first answer and do nothing. 1 to 255 printable ASCII characters, kept 24 hours.",
    example: "5f0c7f0e-8f0b-4a54-b6c0-1d8c1f2f9a77",
  }),
});

/** An empty list of strings never: what stays open is told as null. */
export const nextCursorOut = z
  .string()
  .nullable()
  .openapi({ description: "Ask for the next, older page with it; null when there is none." });
