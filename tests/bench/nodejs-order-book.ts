import { type LimitOrderOptions, OrderBook, type Side } from "nodejs-order-book";
import { type MessageStream, MessageType } from "../support/workload.ts";

/** nodejs-order-book from npm on a message stream: the engine that people pick, as a measure. */

const BUY = "buy" as Side;
const SELL = "sell" as Side;

/** Messages as the calls that it takes, made beforehand. */
export function callsOf(stream: MessageStream): readonly ((book: OrderBook) => unknown)[] {
  return Array.from({ length: stream.count }, (_, index) => {
    const id = String(stream.orderId[index]);
    const type = stream.type[index];
    if (type === MessageType.Cancel) return (book: OrderBook) => book.cancel(id);
    const side = stream.side[index] === 0 ? BUY : SELL;
    const size = stream.quantity[index]!;
    const price = stream.price[index]!;
    if (type === MessageType.Modify) return (book: OrderBook) => modify(book, { id, side, size, price });
    const timeInForce = (stream.ioc[index] === 1 ? "IOC" : "GTC") as NonNullable<
      LimitOrderOptions["timeInForce"]
    >;
    const order: LimitOrderOptions = { id, side, size, price, timeInForce };
    return (book: OrderBook) => book.limit(order);
  });
}

/** How many calls are made between two looks at the clock. */
const CALLS_A_LOOK = 1_000;

/** How many of the calls a run got through within the time, and how long that took. */
export function runCalls(
  calls: readonly ((book: OrderBook) => unknown)[],
  mostSeconds: number,
): { readonly count: number; readonly seconds: number } {
  const book = new OrderBook();
  const startedMs = performance.now();
  let count = 0;
  let seconds = 0;
  while (count < calls.length && seconds < mostSeconds) {
    const end = Math.min(count + CALLS_A_LOOK, calls.length);
    for (; count < end; count += 1) calls[count]!(book);
    seconds = (performance.now() - startedMs) / 1_000;
  }
  return { count, seconds };
}

/** A modify is a cancel and a new entry at the back of the queue. */
function modify(book: OrderBook, order: LimitOrderOptions): void {
  if (book.cancel(order.id) !== undefined) book.limit(order);
}
