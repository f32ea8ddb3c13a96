import { z } from "@hono/zod-openapi";
import { amountOut, price, quantity, quoteAmount, timeOut } from "./amount.ts";
import {
  clientOrderIdSchema,
  idOut,
  idSchema,
  nextCursorOut,
  orderStatusSchema,
  orderTypeSchema,
  responseTypeSchema,
  selfTradePreventionSchema,
  sideSchema,
  symbolSchema,
  timeInForceSchema,
  timeSchema,
} from "./fields.ts";

/** Basis points; the core refuses from 10,000 on by TRAILING_VALUE_INVALID. */
const trailingDelta = z
  .int()
  .min(1)
  .max(65_535)
  .openapi({ description: "Distance of a trailing stop in basis points, 1 to 9,999.", example: 100 });

/** What can be asked of a new order, apart from its symbol. */
const orderTerms = {
  side: sideSchema,
  type: orderTypeSchema,
  timeInForce: timeInForceSchema.optional().openapi({
    description: "Default: GTC for orders with a price, else IOC.",
  }),
  quantity: quantity("How much of the base asset.").optional(),
  quoteQuantity: quoteAmount("MARKET only: spend or receive this much of the quote asset.").optional(),
  price: price("The limit.").optional(),
  stopPrice: price("Where a STOP or STOP_LIMIT triggers.").optional(),
  trailingDelta: trailingDelta.optional(),
  trailingAmount: price("Distance of a trailing stop as an amount of price.", "250.00").optional(),
  activationPrice: price("A trailing stop becomes active at the first trade at or beyond it.").optional(),
  postOnly: z.boolean().optional().openapi({ description: "Reject the order if any part would match." }),
  displayQuantity: quantity("At most this much shows in the book.", "0.1").optional(),
  selfTradePrevention: selfTradePreventionSchema.optional(),
  clientOrderId: clientOrderIdSchema.optional(),
  expireAt: timeSchema.optional().openapi({ description: "End of a GTD order, or of a stop's waiting." }),
};

export const placeOrderSchema = z
  .strictObject({ symbol: symbolSchema, ...orderTerms, responseType: responseTypeSchema.optional() })
  .openapi("PlaceOrder", {
    example: {
      symbol: "BTC/USDT",
      side: "BUY",
      type: "LIMIT",
      timeInForce: "GTC",
      quantity: "0.5",
      price: "50000.00",
    },
  });
export type PlaceOrder = z.infer<typeof placeOrderSchema>;

const amendTerms = {
  price: price("The new limit.").optional(),
  quantity: quantity("The new total, what is filled included.").optional(),
  reduceBy: quantity("What to take off the quantity; keeps the order's place.", "0.1").optional(),
  stopPrice: price("The new stop price.").optional(),
  trailingDelta: trailingDelta.optional(),
  trailingAmount: price("The new trailing distance.", "250.00").optional(),
  activationPrice: price("The new activation price.").optional(),
  displayQuantity: quantity("The new display quantity.", "0.1").optional(),
};

export const amendOrderSchema = z
  .strictObject({ ...amendTerms, responseType: responseTypeSchema.optional() })
  .refine((body) => body.quantity === undefined || body.reduceBy === undefined, {
    path: ["reduceBy"],
    message: "either quantity or reduceBy",
  })
  .openapi("AmendOrder", { example: { price: "49990.00" } });
export type AmendOrder = z.infer<typeof amendOrderSchema>;

const replaceModeSchema = z.enum(["STOP_ON_FAILURE", "ALLOW_FAILURE"]).openapi("ReplaceMode", {
  description: "STOP_ON_FAILURE (the default): both or neither. ALLOW_FAILURE: each stands alone.",
});

export const replaceOrderSchema = z
  .strictObject({
    mode: replaceModeSchema.optional(),
    ...orderTerms,
    responseType: responseTypeSchema.optional(),
  })
  .openapi("ReplaceOrder", {
    example: { side: "BUY", type: "LIMIT", quantity: "0.5", price: "49990.00" },
  });

// ── batch ───────────────────────────────────────────────────────────────────────────────────────

/** By id, or by symbol and client order id. */
const target = { orderId: idSchema.optional(), symbol: symbolSchema.optional() };

export const batchPlaceSchema = z
  .strictObject({ op: z.literal("place").optional(), symbol: symbolSchema, ...orderTerms })
  .openapi("BatchPlace");

export const batchCancelSchema = z
  .strictObject({ op: z.literal("cancel"), ...target, clientOrderId: clientOrderIdSchema.optional() })
  .openapi("BatchCancel");

export const batchAmendSchema = z
  .strictObject({
    op: z.literal("amend"),
    ...target,
    clientOrderId: clientOrderIdSchema.optional(),
    ...amendTerms,
  })
  .refine((body) => body.quantity === undefined || body.reduceBy === undefined, {
    path: ["reduceBy"],
    message: "either quantity or reduceBy",
  })
  .openapi("BatchAmend");

export const batchReplaceSchema = z
  .strictObject({
    op: z.literal("replace"),
    ...target,
    targetClientOrderId: clientOrderIdSchema.optional(),
    mode: replaceModeSchema.optional(),
    ...orderTerms,
  })
  .openapi("BatchReplace");

const MAX_BATCH = 100;

const batchItemSchema = z.unknown().openapi("BatchItem", {
  description:
    "A placement, or with `op` a cancel, an amend or a replacement of an order named by orderId, or by symbol and clientOrderId (of a replacement: symbol and targetClientOrderId).",
  anyOf: [
    { $ref: "#/components/schemas/BatchPlace" },
    { $ref: "#/components/schemas/BatchCancel" },
    { $ref: "#/components/schemas/BatchAmend" },
    { $ref: "#/components/schemas/BatchReplace" },
  ],
});

export const batchSchema = z
  .strictObject({
    orders: z.array(batchItemSchema).min(1).max(MAX_BATCH),
    responseType: responseTypeSchema.optional(),
  })
  .openapi("BatchRequest", {
    example: {
      orders: [
        { symbol: "BTC/USDT", side: "BUY", type: "LIMIT", quantity: "0.5", price: "50000.00" },
        { op: "cancel", symbol: "BTC/USDT", clientOrderId: "my-order-1" },
      ],
    },
  });

// ── answers ─────────────────────────────────────────────────────────────────────────────────────

export const fillSchema = z
  .object({
    tradeId: idOut("The trade."),
    price: amountOut("The maker's price.", "50000.00"),
    quantity: amountOut("Base asset.", "0.5"),
    liquidity: z.enum(["MAKER", "TAKER"]),
    executedAt: timeOut("When the engine matched it."),
  })
  .openapi("Fill");

const maybeAmount = (description: string, example: string) =>
  z.string().nullable().openapi({ description, example });

export const orderSchema = z
  .object({
    orderId: idOut("The order; its createdAt is the time inside."),
    clientOrderId: z.string().nullable(),
    listId: z.string().nullable().openapi({ format: "uuid", description: "The OCO list it belongs to." }),
    userId: z.string(),
    symbol: z.string().openapi({ example: "BTC/USDT" }),
    side: sideSchema,
    type: orderTypeSchema,
    timeInForce: timeInForceSchema,
    status: orderStatusSchema,
    selfTradePrevention: selfTradePreventionSchema,
    postOnly: z.boolean(),
    price: maybeAmount("The limit.", "50000.00"),
    stopPrice: maybeAmount("Where it triggers.", "49000.00"),
    trailingDelta: z.int().nullable().openapi({ description: "Basis points." }),
    trailingAmount: maybeAmount("Distance of a trailing stop.", "250.00"),
    activationPrice: maybeAmount("Where a trailing stop becomes active.", "51000.00"),
    quantity: maybeAmount("Base asset; null for an order by quote quantity.", "0.50000"),
    quoteQuantity: maybeAmount("Quote asset to spend or receive.", "1000.00"),
    displayQuantity: maybeAmount("What shows at most.", "0.10000"),
    filledQuantity: amountOut("Base asset traded so far.", "0.20000"),
    filledQuote: amountOut("Quote asset traded so far, exact.", "10000.00"),
    preventedQuantity: amountOut("Taken off by self-trade prevention.", "0.00000"),
    remainingQuantity: maybeAmount("quantity − filled − prevented; null by quote quantity.", "0.30000"),
    averagePrice: maybeAmount("filledQuote ÷ filledQuantity, half-even to 8 decimals.", "50000.00000000"),
    createdAt: timeOut("The time inside orderId."),
    updatedAt: timeOut("Time of the command that made this state."),
    triggeredAt: z.string().nullable().openapi({ format: "date-time" }),
    expireAt: z.string().nullable().openapi({ format: "date-time" }),
    sequence: z
      .int()
      .nullable()
      .openapi({ description: "Place of that command in its group's history; null while not sequenced." }),
    reason: z.string().nullable().openapi({
      description: "Code of why it was refused or ended.",
      example: "EXPIRED_IMMEDIATE_OR_CANCEL",
    }),
    fills: z.array(fillSchema).optional().openapi({ description: "With responseType FULL." }),
  })
  .openapi("Order");
export type OrderBody = z.infer<typeof orderSchema>;
export type FillBody = z.infer<typeof fillSchema>;

export const orderPageSchema = z
  .object({ orders: z.array(orderSchema), nextCursor: nextCursorOut })
  .openapi("OrderPage");

/** What is told of a command that is durable, and whose outcome is not known (yet). */
export const acknowledgementSchema = z
  .object({
    commandId: idOut("The command."),
    orderId: z.string().nullable().openapi({ format: "uuid", description: "The order it is about." }),
    status: z.literal("PENDING"),
  })
  .openapi("Acknowledgement");
export type AcknowledgementBody = z.infer<typeof acknowledgementSchema>;
