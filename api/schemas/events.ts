import { z } from "@hono/zod-openapi";
import { amountOut, timeOut } from "./amount.ts";
import { idOut, orderStatusSchema, sideSchema, symbolStatusSchema } from "./fields.ts";
import { orderSchema } from "./order.ts";
import { timelineOut } from "./stream-fields.ts";

/**
 * Messages on the broker's `events` exchange, as consumers read them: one for each committed batch and
 * routing key, with up to 200 entries (`engine/outbound-events.ts`).
 */

const sequence = z.int().openapi({
  description: "Sequence of the command in its group: drop what is not above what you have seen.",
  example: 81_302,
});
const userId = (whose: string) => z.string().openapi({ description: whose, example: "alice" });
const asset = (example: string) => z.string().openapi({ example });

const orderEntrySchema = orderSchema
  .omit({ createdAt: true, fills: true, sequence: true })
  .extend({ sequence, commandId: idOut("The command that made this state.") })
  .openapi("OrderEventEntry", { description: "An order as it is after one command." });

const tradeEntrySchema = z
  .object({
    sequence,
    tradeId: idOut("The trade."),
    symbol: z.string().openapi({ example: "BTC/USDT" }),
    price: amountOut("The maker's price.", "50000.00"),
    quantity: amountOut("Base asset.", "0.5"),
    takerSide: sideSchema,
    buyOrderId: idOut("The buying order."),
    sellOrderId: idOut("The selling order."),
    buyerUserId: userId("Who bought."),
    sellerUserId: userId("Who sold."),
    executedAt: timeOut("When it was matched."),
  })
  .openapi("TradeEventEntry");

const transferEntrySchema = z
  .object({
    kind: z.literal("TRANSFER"),
    sequence,
    tradeId: idOut("The trade: settle it once."),
    base: asset("BTC"),
    quote: asset("USDT"),
    buyerUserId: userId("Who gets the base and pays the quote."),
    sellerUserId: userId("Who gets the quote and pays the base."),
    buyOrderId: idOut("The buying order."),
    sellOrderId: idOut("The selling order."),
    baseAmount: amountOut("Moves from seller to buyer, exact.", "0.5"),
    quoteAmount: amountOut("Moves from buyer to seller, exact.", "25000.00"),
    buyerReleasedQuote: amountOut("Was held back for it beyond that, and is free now.", "0.00"),
  })
  .openapi("SettlementTransfer", { description: "What a trade moves." });

const reservation = {
  sequence,
  orderId: idOut("The order."),
  userId: userId("Whose."),
  side: sideSchema,
  asset: asset("USDT"),
  amount: z
    .string()
    .nullable()
    .openapi({ description: "Exact; null where the order's terms name no amount.", example: "1000.00" }),
};

const releaseEntrySchema = z
  .object({ kind: z.literal("RELEASE"), ...reservation })
  .openapi("SettlementRelease", { description: "What the end of an order sets free." });

const reservationEntrySchema = z
  .object(reservation)
  .openapi("RiskReservation", { description: "What an order holds back now; zero once it has ended." });

const symbolEntrySchema = z
  .object({ sequence, symbol: z.string().openapi({ example: "BTC/USDT" }), status: symbolStatusSchema })
  .openapi("SymbolEventEntry");

const head = {
  id: z.string().openapi({
    description: "The same whenever it is published again: drop what you have seen. Also the AMQP messageId.",
    example: "019bea71-7d2e-7c41-a3b2-5f1e2d3c0001:main:81302:orders.BTC-USDT.open:0",
  }),
  group: z.string().openapi({ description: "The symbol group whose history it is of.", example: "main" }),
  timeline: timelineOut,
  epoch: z.int().openapi({ description: "Rises with each engine that takes over; committed either way." }),
  firstSequence: z.int().openapi({ description: "First sequence of the batch." }),
  sequence: z.int().openapi({ description: "Last sequence of the batch." }),
  time: timeOut("Time of the batch's last command."),
};

const ORDER_TYPES = orderStatusSchema.options.map((status) => `ORDER_${status}` as const);

export const orderEventSchema = z
  .object({ ...head, type: z.enum(ORDER_TYPES), entries: z.array(orderEntrySchema) })
  .openapi("OrderEvent", { description: "Routing key `orders.BTC-USDT.filled` (and the other states)." });

export const tradeEventSchema = z
  .object({ ...head, type: z.literal("TRADE"), entries: z.array(tradeEntrySchema) })
  .openapi("TradeEvent", { description: "Routing key `trades.BTC-USDT`." });

export const settlementEventSchema = z
  .object({
    ...head,
    type: z.literal("SETTLEMENT"),
    entries: z.array(z.discriminatedUnion("kind", [transferEntrySchema, releaseEntrySchema])),
  })
  .openapi("SettlementEvent", { description: "Routing key `settlements.BTC-USDT`." });

export const riskEventSchema = z
  .object({ ...head, type: z.literal("RESERVATION"), entries: z.array(reservationEntrySchema) })
  .openapi("RiskEvent", {
    description: "Routing key `risk.BTC-USDT`: each order once a batch, as it stands.",
  });

export const symbolEventSchema = z
  .object({ ...head, type: z.literal("SYMBOL_STATUS"), entries: z.array(symbolEntrySchema) })
  .openapi("SymbolEvent", { description: "Routing key `symbols.BTC-USDT.halted` (and the other states)." });

/** Every message of the exchange. */
export const eventSchema = z.union([
  orderEventSchema,
  tradeEventSchema,
  settlementEventSchema,
  riskEventSchema,
  symbolEventSchema,
]);
export type EventMessage = z.infer<typeof eventSchema>;
