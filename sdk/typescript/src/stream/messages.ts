/**
 * Messages of the stream at `/ws`, as the AsyncAPI document at `/asyncapi.json` describes them. Amounts are
 * exact decimal strings, times ISO 8601 in UTC.
 */

/** `[price, quantity, orders]`; a quantity of zero: the level is gone. */
export type Level = [price: string, quantity: string, orders: number];

export type SnapshotReason = "SUBSCRIBED" | "GAP" | "TAKEOVER" | "RESTORED" | "SLOW_READER";

export interface DepthSnapshot {
  type: "depth.snapshot";
  channel: string;
  symbol: string;
  reason: SnapshotReason;
  timeline: string;
  epoch: number;
  u: number;
  time: string;
  levels: number;
  bids: Level[];
  asks: Level[];
  checksum: number;
}

export interface DepthUpdate {
  type: "depth.update";
  channel: string;
  symbol: string;
  U: number;
  u: number;
  time: string;
  bids: Level[];
  asks: Level[];
  checksum: number;
}

export interface Trade {
  tradeId: string;
  price: string;
  quantity: string;
  takerSide: "BUY" | "SELL";
  executedAt: string;
}

export interface TradesSnapshot {
  type: "trades.snapshot";
  channel: string;
  symbol: string;
  reason: SnapshotReason;
  trades: Trade[];
}

export interface TradesUpdate {
  type: "trades.update";
  channel: string;
  symbol: string;
  trades: Trade[];
}

export interface Ticker {
  type: "ticker";
  channel: string;
  symbol: string;
  time: string;
  last: string | null;
  open: string | null;
  high: string | null;
  low: string | null;
  volume: string;
  quoteVolume: string;
  change: string | null;
  changePercent: string | null;
  trades: number;
  bidPrice: string | null;
  bidQuantity: string | null;
  askPrice: string | null;
  askQuantity: string | null;
}

export type CandleInterval =
  | "1s"
  | "1m"
  | "3m"
  | "5m"
  | "15m"
  | "30m"
  | "1h"
  | "2h"
  | "4h"
  | "6h"
  | "12h"
  | "1d";

export interface Candle {
  type: "candle";
  channel: string;
  symbol: string;
  interval: CandleInterval;
  openTime: string;
  closeTime: string;
  open: string | null;
  high: string | null;
  low: string | null;
  close: string | null;
  volume: string;
  quoteVolume: string;
  trades: number;
  closed: boolean;
}

export type OrderStatus =
  | "PENDING"
  | "OPEN"
  | "PARTIALLY_FILLED"
  | "FILLED"
  | "CANCELLED"
  | "REJECTED"
  | "EXPIRED";

/** The order as `GET /orders/{orderId}` tells it. */
export interface Order {
  orderId: string;
  clientOrderId: string | null;
  listId: string | null;
  userId: string;
  symbol: string;
  side: "BUY" | "SELL";
  type: "LIMIT" | "MARKET" | "STOP" | "STOP_LIMIT" | "TRAILING_STOP";
  timeInForce: "GTC" | "IOC" | "FOK" | "DAY" | "GTD";
  status: OrderStatus;
  selfTradePrevention: "EXPIRE_TAKER" | "EXPIRE_MAKER" | "EXPIRE_BOTH" | "DECREMENT" | "NONE";
  postOnly: boolean;
  price: string | null;
  stopPrice: string | null;
  trailingDelta: number | null;
  trailingAmount: string | null;
  activationPrice: string | null;
  quantity: string | null;
  quoteQuantity: string | null;
  displayQuantity: string | null;
  filledQuantity: string;
  filledQuote: string;
  preventedQuantity: string;
  remainingQuantity: string | null;
  averagePrice: string | null;
  createdAt: string;
  updatedAt: string;
  triggeredAt: string | null;
  expireAt: string | null;
  sequence: number | null;
  reason: string | null;
}

export interface Fill {
  tradeId: string;
  orderId: string;
  symbol: string;
  side: "BUY" | "SELL";
  liquidity: "MAKER" | "TAKER";
  price: string;
  quantity: string;
  quoteQuantity: string;
  executedAt: string;
  sequence: number;
}

/** A place in the history of one symbol group. */
export interface Position {
  group: string;
  timeline: string;
  sequence: number;
}

export interface OrdersSnapshot {
  type: "orders.snapshot";
  channel: "orders";
  reason: SnapshotReason;
  positions: Position[];
  orders: Order[];
  complete: boolean;
}

export interface OrdersResumed {
  type: "orders.resumed";
  channel: "orders";
  positions: Position[];
}

export interface OrdersUpdate {
  type: "orders.update";
  channel: "orders";
  group: string;
  timeline: string;
  previousSequence: number;
  sequence: number;
  time: string;
  commandId: string;
  orders: Order[];
  fills: Fill[];
}

export interface OrdersPosition {
  type: "orders.position";
  channel: "orders";
  positions: Position[];
}

type Mark = string | number;

export interface Welcome {
  type: "welcome";
  connectionId: string;
  version: string;
  time: string;
  maxChannels: number;
  maxMessagesPerSecond: number;
  idleTimeoutSeconds: number;
}

export interface Subscribed {
  type: "subscribed";
  id?: Mark | undefined;
  channels: string[];
}

export interface Unsubscribed {
  type: "unsubscribed";
  id?: Mark | undefined;
  channels: string[];
  code?: string | undefined;
}

export interface Authenticated {
  type: "authenticated";
  id?: Mark | undefined;
  userId: string;
  scopes: ("read" | "trade" | "admin")[];
  expiresAt: string | null;
}

export interface CancelOnDisconnectSet {
  type: "cancelOnDisconnect";
  id?: Mark | undefined;
  enabled: boolean;
  symbols: string[] | null;
}

export interface Pong {
  type: "pong";
  id?: Mark | undefined;
  time: string;
}

/** The channel has nothing to tell just now; a snapshot follows. */
export interface Unavailable {
  type: "unavailable";
  channel: string;
}

export interface StreamFault {
  type: "error";
  id?: Mark | undefined;
  channel?: string | undefined;
  code: string;
  message: string;
}

export type StreamMessage =
  | Welcome
  | Subscribed
  | Unsubscribed
  | Authenticated
  | CancelOnDisconnectSet
  | Pong
  | Unavailable
  | StreamFault
  | DepthSnapshot
  | DepthUpdate
  | TradesSnapshot
  | TradesUpdate
  | Ticker
  | Candle
  | OrdersSnapshot
  | OrdersResumed
  | OrdersUpdate
  | OrdersPosition;

/** What names the caller: a token, or an API key with the signature of `GET /ws` without a body. */
export type Credential =
  | { token: string }
  | { apiKey: string; timestamp: string; nonce: string; signature: string };

export type StreamRequest =
  | { op: "subscribe"; id?: Mark; channels: string[]; resume?: Position[] }
  | { op: "unsubscribe"; id?: Mark; channels: string[] }
  | ({ op: "auth"; id?: Mark } & Credential)
  | { op: "cancelOnDisconnect"; id?: Mark; enabled: boolean; symbols?: string[] }
  | { op: "ping"; id?: Mark };
