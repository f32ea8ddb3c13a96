import { z } from "@hono/zod-openapi";
import { amountOut, timeOut } from "./amount.ts";
import { idOut, sideSchema } from "./fields.ts";
import { candleIntervalSchema, channelSchema, messageTime, symbolOut, timelineOut } from "./stream-fields.ts";

/** Public market data: the messages of `depth`, `trades`, `ticker` and `candles`. */

export const streamLevelSchema = z
  .tuple([
    z.string().openapi({ description: "Price.", example: "50000.00" }),
    z
      .string()
      .openapi({ description: "What shows there; all zeros: the level is gone.", example: "1.50000" }),
    z.int().openapi({ description: "Orders that show there.", example: 3 }),
  ])
  .openapi("StreamLevel", { description: "`[price, quantity, orders]`" });
export type StreamLevel = z.infer<typeof streamLevelSchema>;

const checksum = z.int().openapi({
  description:
    "CRC32 of the ten best levels after it: asks from the lowest price up, then bids from the highest down; of each level price and quantity as written here, without the point and without leading zeros, all in one text.",
  example: 1_304_219_021,
});

const updateId = (description: string) => z.int().min(0).openapi({ description, example: 81_302 });

export const snapshotReasonSchema = z
  .enum(["SUBSCRIBED", "GAP", "TAKEOVER", "RESTORED", "SLOW_READER"])
  .openapi("StreamSnapshotReason", {
    description:
      "Why there is a snapshot: asked for; something was missed on the way; another engine took over; the records were restored from a backup; this connection reads too slowly for every change.",
  });
export type SnapshotReason = z.infer<typeof snapshotReasonSchema>;

const depthSnapshotSchema = z
  .object({
    type: z.literal("depth.snapshot"),
    channel: channelSchema,
    symbol: symbolOut,
    reason: snapshotReasonSchema,
    timeline: timelineOut,
    epoch: z.int().openapi({ description: "Rises with each engine that takes over." }),
    u: updateId("Sequence of the last command in it; `GET …/depth` calls it sequence."),
    time: messageTime,
    levels: z.int().openapi({
      description: "Best levels kept of each side. What leaves them is told as gone, what comes in as new.",
      example: 1_000,
    }),
    bids: z.array(streamLevelSchema).openapi({ description: "Best (highest) first." }),
    asks: z.array(streamLevelSchema).openapi({ description: "Best (lowest) first." }),
    checksum,
  })
  .openapi("StreamDepthSnapshot", { description: "The book. What was kept before is thrown away." });

const depthUpdateSchema = z
  .object({
    type: z.literal("depth.update"),
    channel: channelSchema,
    symbol: symbolOut,
    U: updateId("First sequence in it: the `u` before it + 1. Anything else: something is missing."),
    u: updateId("Last sequence in it."),
    time: messageTime,
    bids: z.array(streamLevelSchema).openapi({ description: "Changed levels, in no order." }),
    asks: z.array(streamLevelSchema).openapi({ description: "Changed levels, in no order." }),
    checksum,
  })
  .openapi("StreamDepthUpdate", {
    description: "Each level takes the place of what was at its price. U … u may span several commands.",
  });

export const streamTradeSchema = z
  .object({
    tradeId: idOut("The trade. Rises, as text too."),
    price: amountOut("The maker's price.", "50000.00"),
    quantity: amountOut("Base asset.", "0.50000"),
    takerSide: sideSchema,
    executedAt: timeOut("When it was matched."),
  })
  .openapi("StreamTrade");
export type StreamTrade = z.infer<typeof streamTradeSchema>;

const tradesSnapshotSchema = z
  .object({
    type: z.literal("trades.snapshot"),
    channel: channelSchema,
    symbol: symbolOut,
    reason: snapshotReasonSchema,
    trades: z.array(streamTradeSchema).openapi({ description: "The latest, oldest first, at most 50." }),
  })
  .openapi("StreamTradesSnapshot", {
    description: "The latest trades, at the beginning and where some could not be told one by one.",
  });

const tradesUpdateSchema = z
  .object({
    type: z.literal("trades.update"),
    channel: channelSchema,
    symbol: symbolOut,
    trades: z.array(streamTradeSchema).openapi({ description: "Oldest first." }),
  })
  .openapi("StreamTradesUpdate", { description: "New trades, each once, in order." });

const maybePrice = (description: string) =>
  z
    .string()
    .nullable()
    .openapi({ description: `${description} Null: there is none.`, example: "50000.00" });

/** The 24 hours' figures, of the stream and of `GET …/ticker`. */
const tickerFields = {
  symbol: symbolOut,
  time: timeOut("End of the 24 hours that it tells of."),
  last: maybePrice("Price of the last trade, whenever it was."),
  open: maybePrice("Price when the 24 hours began: of the last trade before, else of the first in them."),
  high: maybePrice("Highest price in them."),
  low: maybePrice("Lowest price in them."),
  volume: amountOut("Base asset traded in them.", "1530.20000"),
  quoteVolume: amountOut("Quote asset traded in them, exact.", "76510000.0000000"),
  change: z.string().nullable().openapi({ description: "last − open.", example: "-120.50" }),
  changePercent: z.string().nullable().openapi({
    description: "change ÷ open in percent, half-even to 2 decimals.",
    example: "-0.24",
  }),
  trades: z.int().openapi({ description: "Trades in them.", example: 8_123 }),
  bidPrice: maybePrice("Best bid."),
  bidQuantity: z.string().nullable().openapi({ description: "What shows at the best bid.", example: "0.5" }),
  askPrice: maybePrice("Best ask."),
  askQuantity: z.string().nullable().openapi({ description: "What shows at the best ask.", example: "0.5" }),
};

export const tickerSchema = z.object(tickerFields).openapi("Ticker");
export type TickerBody = z.infer<typeof tickerSchema>;

const streamTickerSchema = z
  .object({ type: z.literal("ticker"), channel: channelSchema, ...tickerFields })
  .openapi("StreamTicker", {
    description:
      "Figures of the 24 hours up to now: at once, then when something changed, at most 4 a second.",
  });

/** One candle, of the stream and of `GET …/candles`. */
const candleFields = {
  openTime: timeOut("Its first millisecond."),
  closeTime: timeOut("Its last millisecond."),
  open: maybePrice("First price; without a trade in it, the last one before."),
  high: maybePrice("Highest price."),
  low: maybePrice("Lowest price."),
  close: maybePrice("Last price."),
  volume: amountOut("Base asset traded in it.", "12.50000"),
  quoteVolume: amountOut("Quote asset traded in it, exact.", "625000.0000000"),
  trades: z.int().openapi({ description: "Trades in it; 0: nothing was traded.", example: 42 }),
};

export const candleSchema = z.object(candleFields).openapi("Candle");
export type CandleBody = z.infer<typeof candleSchema>;

const streamCandleSchema = z
  .object({
    type: z.literal("candle"),
    channel: channelSchema,
    symbol: symbolOut,
    interval: candleIntervalSchema,
    ...candleFields,
    closed: z.boolean().openapi({ description: "It is over and will not be told again." }),
  })
  .openapi("StreamCandle", {
    description:
      "The candle as it is: at once, then when it changed, at most 4 a second, and once more when it is over. One without trades is told too.",
  });

export const marketMessages = [
  depthSnapshotSchema,
  depthUpdateSchema,
  tradesSnapshotSchema,
  tradesUpdateSchema,
  streamTickerSchema,
  streamCandleSchema,
] as const;
