import { bigint, boolean, integer, smallint, text, uuid } from "drizzle-orm/pg-core";
import { amount, moment } from "./column-types.ts";
import {
  orderSideEnum,
  orderStatusEnum,
  orderTypeEnum,
  selfTradePreventionEnum,
  timeInForceEnum,
} from "./enums.ts";

/** What an order is, for `orders` (all there ever were) and `open_orders` (those alive). */
export const orderColumns = () => ({
  orderId: uuid("order_id").notNull(),
  /** The time inside the order's id. */
  createdAt: moment("created_at").notNull(),
  updatedAt: moment("updated_at").notNull(),
  /** Position in its group's history of the command that made this state. */
  sequence: bigint("sequence", { mode: "number" }).notNull(),
  userId: text("user_id").notNull(),
  clientOrderId: text("client_order_id"),
  listId: uuid("list_id"),
  /** `BTC/USDT` */
  symbol: text("symbol").notNull(),
  side: orderSideEnum("side").notNull(),
  type: orderTypeEnum("type").notNull(),
  timeInForce: timeInForceEnum("time_in_force").notNull(),
  selfTradePrevention: selfTradePreventionEnum("self_trade_prevention").notNull(),
  status: orderStatusEnum("status").notNull(),
  postOnly: boolean("post_only").notNull(),
  /** Why it was refused or ended: a number of `engine/core/codes.ts`. */
  reasonCode: smallint("reason_code"),
  /** Basis points. */
  trailingDelta: integer("trailing_delta"),
  price: amount("price"),
  quantity: amount("quantity"),
  filledQuantity: amount("filled_quantity").notNull(),
  filledQuote: amount("filled_quote").notNull(),
  preventedQuantity: amount("prevented_quantity").notNull(),
  quoteQuantity: amount("quote_quantity"),
  displayQuantity: amount("display_quantity"),
  stopPrice: amount("stop_price"),
  trailingAmount: amount("trailing_amount"),
  activationPrice: amount("activation_price"),
  triggeredAt: moment("triggered_at"),
  expireAt: moment("expire_at"),
});
