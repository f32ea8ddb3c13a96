/** The stream client: books that prove themselves, trades, tickers, candles, own orders that resume. */
export type * from "./messages.ts";
export { type Applied, OrderBook } from "./order-book.ts";
export { type OrdersListener, StreamClient, type StreamClientOptions } from "./stream-client.ts";
