import { z } from "@hono/zod-openapi";
import { timeOut } from "./amount.ts";

/** Fields that several messages of the stream share. */

/** Lengths of candles, by name, in seconds. */
export const CANDLE_INTERVALS = {
  "1s": 1,
  "1m": 60,
  "3m": 180,
  "5m": 300,
  "15m": 900,
  "30m": 1_800,
  "1h": 3_600,
  "2h": 7_200,
  "4h": 14_400,
  "6h": 21_600,
  "12h": 43_200,
  "1d": 86_400,
} as const;
export type CandleInterval = keyof typeof CANDLE_INTERVALS;

export const candleIntervalSchema = z
  .enum(Object.keys(CANDLE_INTERVALS) as [CandleInterval, ...CandleInterval[]])
  .openapi("CandleInterval", { description: "Length of a candle; all begin at whole multiples in UTC." });

/**
 * A channel: `depth:BTC-USDT`, `trades:BTC-USDT`, `ticker:BTC-USDT`, `candles:BTC-USDT:1m`, `orders`.
 * Whether it exists is found out when it is asked for.
 */
export const channelSchema = z.string().min(1).max(64).openapi({
  description:
    "depth:PAIR, trades:PAIR, ticker:PAIR, candles:PAIR:INTERVAL (PAIR as in BTC-USDT), or orders.",
  example: "depth:BTC-USDT",
});

/** The caller's own mark on a request, given back in its answer. */
export const requestIdSchema = z.union([z.string().max(64), z.int()]).openapi({
  description: "The client's own mark; the answer carries it.",
  example: 1,
});

export const symbolOut = z.string().openapi({ description: "The pair.", example: "BTC/USDT" });

export const messageTime = timeOut("Time of the last command in it, by the engine's clock.");

export const serverTime = timeOut("The server's clock.");

export const timelineOut = z.string().openapi({
  format: "uuid",
  description: "Changes when the records were restored from a backup: what was known before does not count.",
  example: "019bea71-7d2e-7c41-a3b2-5f1e2d3c0001",
});
