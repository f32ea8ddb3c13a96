import { z } from "@hono/zod-openapi";
import { amountOut, timeOut } from "./amount.ts";
import { idOut, nextCursorOut, sideSchema, symbolStatusSchema } from "./fields.ts";
import { candleIntervalSchema } from "./stream-fields.ts";
import { candleSchema } from "./stream-market.ts";

export const symbolBodySchema = z
  .object({
    symbol: z.string().openapi({ example: "BTC/USDT" }),
    symbolNumber: z.int().openapi({ description: "Stands in the last 16 bits of every id of its orders." }),
    group: z.string().openapi({ description: "The symbol group whose engine matches it.", example: "main" }),
    base: z.string().openapi({ example: "BTC" }),
    quote: z.string().openapi({ example: "USDT" }),
    status: symbolStatusSchema,
    priceStep: amountOut("Size of a tick.", "0.01"),
    quantityStep: amountOut("Size of a lot.", "0.00001"),
    minPrice: amountOut("Lowest price.", "0.01"),
    maxPrice: amountOut("Highest price.", "1000000.00"),
    minQuantity: amountOut("Smallest quantity.", "0.00001"),
    maxQuantity: amountOut("Largest quantity.", "9000.00000"),
    minNotional: amountOut("Smallest price × quantity; zero: none.", "5.00"),
    priceBandBps: z.int().openapi({ description: "Width of the price band, basis points; 0: none." }),
    referencePrice: z
      .string()
      .nullable()
      .openapi({ description: "The band's reference until the first trade." }),
    sessionEndMinute: z.int().openapi({ description: "When DAY orders end, minutes after 00:00 UTC." }),
    maxOpenOrders: z.int().openapi({ description: "Open orders that a user may have; 0: no limit." }),
  })
  .openapi("Symbol");
export type SymbolBody = z.infer<typeof symbolBodySchema>;

const levelSchema = z
  .object({
    price: amountOut("", "50000.00"),
    quantity: amountOut("What shows at this price.", "1.50000"),
    orders: z.int().openapi({ description: "Orders that show at this price.", example: 3 }),
  })
  .openapi("BookLevel");

export const depthSchema = z
  .object({
    symbol: z.string().openapi({ example: "BTC/USDT" }),
    sequence: z.int().openapi({ description: "The last command in it." }),
    time: timeOut("Time of that command."),
    bids: z.array(levelSchema).openapi({ description: "Best (highest) first." }),
    asks: z.array(levelSchema).openapi({ description: "Best (lowest) first." }),
  })
  .openapi("Depth");

export const marketTradesSchema = z
  .object({
    symbol: z.string().openapi({ example: "BTC/USDT" }),
    trades: z.array(
      z
        .object({
          tradeId: idOut("The trade."),
          price: amountOut("", "50000.00"),
          quantity: amountOut("", "0.5"),
          takerSide: sideSchema,
          executedAt: timeOut("When it was matched."),
        })
        .openapi("MarketTrade"),
    ),
  })
  .openapi("MarketTrades");

export const candlesSchema = z
  .object({
    symbol: z.string().openapi({ example: "BTC/USDT" }),
    interval: candleIntervalSchema,
    candles: z.array(candleSchema).openapi({ description: "Oldest first, without a gap." }),
  })
  .openapi("Candles");

export const tradePageSchema = z
  .object({
    trades: z.array(
      z
        .object({
          tradeId: idOut("The trade."),
          orderId: idOut("The caller's order in it."),
          symbol: z.string().openapi({ example: "BTC/USDT" }),
          side: sideSchema.openapi({ description: "The caller's side." }),
          liquidity: z.enum(["MAKER", "TAKER"]),
          price: amountOut("The maker's price.", "50000.00"),
          quantity: amountOut("Base asset.", "0.50000"),
          quoteQuantity: amountOut("price × quantity, exact.", "25000.00"),
          executedAt: timeOut("When it was matched."),
          sequence: z.int(),
        })
        .openapi("OwnTrade"),
    ),
    nextCursor: nextCursorOut,
  })
  .openapi("TradePage");
export type OwnTradeBody = z.infer<typeof tradePageSchema>["trades"][number];
