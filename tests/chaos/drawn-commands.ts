import type { ApiAnswer, ApiRequest } from "../../infra/tools/api-client/client.ts";
import type { Random } from "./random.ts";
import { type CommandWord, ordersIn } from "./told.ts";

const SYMBOLS = ["BTC/USDT", "ETH/USDT", "SOL/USDT"] as const;
const REMEMBERED = 20;

export interface DrawnCommand {
  readonly word: CommandWord;
  readonly request: ApiRequest;
  /** The order or list that it is about. */
  readonly target: string | null;
  readonly ackOnly: boolean;
}

/** What one trader believes to be open: what cancels, amends and replacements aim at. */
export class OpenOrders {
  readonly orders: string[] = [];
  readonly lists: string[] = [];

  learn(word: CommandWord, answer: ApiAnswer, ackOnly: boolean): void {
    if (answer.status >= 300) return;
    if (word === "list") remember(this.lists, (answer.body as { listId?: string } | null)?.listId);
    if (word !== "place" && word !== "replace" && word !== "list") return;
    for (const { orderId, status } of ordersIn(answer)) {
      if (ackOnly || status === "OPEN" || status === "PARTIALLY_FILLED") remember(this.orders, orderId);
    }
  }
}

function remember(ids: string[], id: string | undefined): void {
  if (id !== undefined) ids.push(id);
  if (ids.length > REMEMBERED) ids.shift();
}

/** The next command of a trader, under its Idempotency-Key. */
export function draw(random: Random, { orders, lists }: OpenOrders, key: string): DrawnCommand {
  const choice = random.next();
  const command = (
    word: CommandWord,
    request: Omit<ApiRequest, "idempotencyKey">,
    target: string | null = null,
    ackOnly = false,
  ): DrawnCommand => ({ word, request: { ...request, idempotencyKey: key }, target, ackOnly });
  if (orders.length > 0 && choice < 0.26) {
    const target = takeOne(random, orders);
    return command("cancel", { method: "DELETE", path: `/api/v1/orders/${target}` }, target);
  }
  if (orders.length > 0 && choice < 0.35) {
    const target = random.pick(orders);
    const body = random.next() < 0.5 ? { quantity: quantity(random) } : { price: price(random, 0) };
    return command("amend", { method: "PATCH", path: `/api/v1/orders/${target}`, body }, target);
  }
  if (orders.length > 0 && choice < 0.42) {
    const target = takeOne(random, orders);
    const body = { ...order(random), ...(random.next() < 0.3 && { mode: "ALLOW_FAILURE" }) };
    return command("replace", { method: "POST", path: `/api/v1/orders/${target}/replace`, body }, target);
  }
  if (choice < 0.46)
    return command("list", { method: "POST", path: "/api/v1/order-lists", body: list(random) });
  if (lists.length > 0 && choice < 0.48) {
    const target = takeOne(random, lists);
    return command("cancel-list", { method: "DELETE", path: `/api/v1/order-lists/${target}` }, target);
  }
  const ackOnly = random.next() < 0.05;
  const symbol = random.pick(SYMBOLS);
  const body = { symbol, ...order(random), clientOrderId: key, ...(ackOnly && { responseType: "ACK" }) };
  return command("place", { method: "POST", path: "/api/v1/orders", body }, null, ackOnly);
}

function takeOne(random: Random, ids: string[]): string {
  return ids.splice(random.between(0, ids.length - 1), 1)[0] as string;
}

/** Prices close to each other, so that about every other order trades. */
function order(random: Random): object {
  const side = random.pick(["BUY", "SELL"] as const);
  const common = { side, quantity: quantity(random) };
  const kind = random.next();
  if (kind < 0.1) return { ...common, type: "MARKET", timeInForce: "IOC" };
  if (kind < 0.2) return { ...common, type: "LIMIT", timeInForce: "IOC", price: price(random, 0) };
  if (kind < 0.25) {
    const stop = side === "BUY" ? price(random, 60) : price(random, -60);
    return { ...common, type: "STOP", stopPrice: stop };
  }
  const away = side === "BUY" ? -6 : 6;
  return { ...common, type: "LIMIT", timeInForce: "GTC", price: price(random, away) };
}

function price(random: Random, away: number): string {
  return ((10_000 + away + random.between(-20, 20)) / 100).toFixed(2);
}

function quantity(random: Random): string {
  return (random.between(2_000, 60_000) / 1_000).toFixed(3);
}

/** One leg above the market and one below it; either may be reached. */
function list(random: Random): object {
  const side = random.pick(["BUY", "SELL"] as const);
  const away = side === "SELL" ? 40 : -40;
  return {
    symbol: random.pick(SYMBOLS),
    side,
    quantity: quantity(random),
    limit: { price: price(random, away) },
    stop: { stopPrice: price(random, -away), ...(random.next() < 0.5 && { price: price(random, -away) }) },
  };
}
