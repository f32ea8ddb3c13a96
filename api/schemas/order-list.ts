import { z } from "@hono/zod-openapi";
import { price, quantity } from "./amount.ts";
import {
  clientOrderIdSchema,
  idOut,
  responseTypeSchema,
  selfTradePreventionSchema,
  sideSchema,
  symbolSchema,
  timeInForceSchema,
  timeSchema,
} from "./fields.ts";
import { orderSchema } from "./order.ts";

const legTimeInForce = {
  timeInForce: timeInForceSchema.optional(),
  expireAt: timeSchema.optional(),
  clientOrderId: clientOrderIdSchema.optional(),
};

export const placeListSchema = z
  .strictObject({
    symbol: symbolSchema,
    side: sideSchema,
    quantity: quantity("Of each leg."),
    selfTradePrevention: selfTradePreventionSchema.optional(),
    limit: z
      .strictObject({
        price: price("Sell: above the last price; buy: below it.", "52000.00"),
        postOnly: z.boolean().optional(),
        displayQuantity: quantity("At most this much shows.", "0.1").optional(),
        ...legTimeInForce,
      })
      .openapi({ description: "The limit leg." }),
    stop: z
      .strictObject({
        stopPrice: price("Sell: below the last price; buy: above it.", "48000.00"),
        price: price("With it the leg is a STOP_LIMIT, without a STOP.", "47900.00").optional(),
        ...legTimeInForce,
      })
      .openapi({ description: "The stop leg." }),
    responseType: responseTypeSchema.optional(),
  })
  .openapi("PlaceOrderList", {
    example: {
      symbol: "BTC/USDT",
      side: "SELL",
      quantity: "0.5",
      limit: { price: "52000.00" },
      stop: { stopPrice: "48000.00" },
    },
  });
export type PlaceList = z.infer<typeof placeListSchema>;

export const orderListSchema = z
  .object({
    listId: idOut("The list."),
    symbol: z.string().openapi({ example: "BTC/USDT" }),
    orders: z.array(orderSchema).openapi({ description: "The limit leg, then the stop leg." }),
  })
  .openapi("OrderList");
