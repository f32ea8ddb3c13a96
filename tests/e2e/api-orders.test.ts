import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BAD_ORDERS, GOOD_ORDER } from "../support/bad-orders.ts";
import { dataFolder, type EmbeddedRun, startEmbedded } from "../support/embedded-engine.ts";
import { HttpCaller, type Json } from "../support/http-caller.ts";

/** The interface on a running engine: one process for all of these, a symbol of its own for each. */

const folder = dataFolder();
let run: EmbeddedRun;
let admin: HttpCaller;
let symbols = 0;

beforeAll(async () => {
  run = await startEmbedded("deno", folder.directory);
  admin = new HttpCaller(run.origin, "operator");
});

afterAll(async () => {
  await run.stop();
  folder.remove();
});

/** A fresh pair, tick 0.01 and lot 0.001. */
async function pair(fields: object = {}): Promise<{ readonly symbol: string; readonly path: string }> {
  symbols += 1;
  const symbol = `T${symbols}/USD`;
  const made = await admin.call("POST", "/admin/symbols", {
    symbol,
    priceStep: "0.01",
    quantityStep: "0.001",
    ...fields,
  });
  expect(made.status).toBe(201);
  return { symbol, path: symbol.replace("/", "-") };
}

const user = (name: string) => admin.as(name);

describe("placing", () => {
  test("ACK answers 202 with the order PENDING, and the order is found a moment later", async () => {
    const { symbol } = await pair();
    const placed = await user("ann").place("BUY", "1", "10", { symbol, responseType: "ACK" });
    expect([placed.status, placed.body.status, placed.body.sequence]).toEqual([202, "PENDING", null]);
    const found = await user("ann").get(`/orders/${placed.body.orderId}`);
    expect([found.status, found.body.status]).toEqual([200, "OPEN"]);
    expect(found.headers.get("x-request-id")).not.toBeNull();
  });

  test("FULL tells each fill at the maker's price; averagePrice is rounded half-even to 8 decimals", async () => {
    const { symbol } = await pair();
    await user("m1").place("SELL", "1", "10.00", { symbol });
    await user("m2").place("SELL", "2", "10.01", { symbol });
    const taken = await user("ann").place("BUY", "3", "11", { symbol, responseType: "FULL" });
    expect(taken.body).toMatchObject({ status: "FILLED", filledQuote: "30.02", averagePrice: "10.00666667" });
    expect(taken.body.fills).toMatchObject([
      { price: "10.00", quantity: "1.000", liquidity: "TAKER" },
      { price: "10.01", quantity: "2.000", liquidity: "TAKER" },
    ]);
  });

  test("MARKET by quote quantity spends level by level; on an empty book it is EXPIRED with 201", async () => {
    const { symbol } = await pair();
    const market = { symbol, side: "BUY", type: "MARKET", quoteQuantity: "15" };
    const empty = await user("ann").call("POST", "/orders", market);
    expect([empty.status, empty.body.status, empty.body.reason]).toEqual([
      201,
      "EXPIRED",
      "EXPIRED_NO_LIQUIDITY",
    ]);
    await user("m1").place("SELL", "1", "10", { symbol });
    await user("m2").place("SELL", "1", "20", { symbol });
    const taken = await user("ann").call("POST", "/orders", market);
    expect(taken.body).toMatchObject({ status: "FILLED", filledQuantity: "1.250", filledQuote: "15.00" });
  });

  test("an order that the engine refuses is 422 with its code and its id, and is kept as REJECTED", async () => {
    const { symbol } = await pair();
    await user("m").place("SELL", "1", "10", { symbol });
    const refused = await user("ann").place("BUY", "1", "10", { symbol, postOnly: true });
    expect([refused.status, refused.body.code]).toEqual([422, "POST_ONLY_WOULD_CROSS"]);
    const kept = await user("ann").get(`/orders/${refused.body.orderId}`);
    expect(kept.body).toMatchObject({ status: "REJECTED", reason: "POST_ONLY_WOULD_CROSS" });
  });

  test("an open order's clientOrderId is taken until it ends: 409, then free again", async () => {
    const { symbol } = await pair();
    const first = await user("ann").place("BUY", "1", "10", { symbol, clientOrderId: "mine" });
    const second = await user("ann").place("BUY", "1", "10", { symbol, clientOrderId: "mine" });
    expect([second.status, second.body.code]).toEqual([409, "DUPLICATE_CLIENT_ORDER_ID"]);
    expect((await user("bob").place("BUY", "1", "10", { symbol, clientOrderId: "mine" })).status).toBe(201);
    await user("ann").call("DELETE", `/orders/${first.body.orderId}`);
    const third = await user("ann").place("BUY", "1", "10", { symbol, clientOrderId: "mine" });
    expect(third.status).toBe(201);
    const newest = await user("ann").get(`/orders/by-client-id/mine?symbol=${symbol}`);
    expect(newest.body.orderId).toBe(third.body.orderId);
  });

  test("a test order is checked, and nothing is placed", async () => {
    const { symbol, path } = await pair();
    const body = { symbol, side: "BUY", type: "LIMIT", quantity: "1", price: "10" };
    const tested = await user("ann").call("POST", "/orders/test", body);
    expect(tested).toMatchObject({ status: 200, body: { valid: true, order: { timeInForce: "GTC" } } });
    expect((await user("ann").get(`/orders?symbol=${symbol}`)).body.orders).toEqual([]);
    expect((await user("ann").get(`/markets/${path}/depth`)).body.bids).toEqual([]);
  });
});

test("bad input is refused with a code of its own, sequences nothing and stores nothing", async () => {
  const { symbol } = await pair({
    quantityStep: "0.00001",
    minPrice: "1",
    maxPrice: "1000000",
    minQuantity: "0.0001",
    maxQuantity: "9000",
    minNotional: "5",
  });
  const good = { ...GOOD_ORDER, symbol };
  const first = await user("good").call("POST", "/orders", good);
  expect(first.status).toBe(201);
  for (const row of BAD_ORDERS) {
    const isBytes = row.body instanceof Uint8Array;
    const text = typeof row.body === "string" ? row.body : JSON.stringify(row.body);
    const response = await fetch(`${run.origin}/api/v1/orders`, {
      method: "POST",
      headers: { authorization: "Bearer dev:bad", "content-type": row.contentType ?? "application/json" },
      body: isBytes ? (row.body as Uint8Array<ArrayBuffer>) : text.replace(GOOD_ORDER.symbol, symbol),
    });
    const { code } = (await response.json()) as { code: string };
    expect([row.what, response.status, code]).toEqual([row.what, row.status, row.code]);
  }
  const next = await user("good").call("POST", "/orders", good);
  expect(next.body.sequence).toBe(first.body.sequence + 1);
  expect((await user("bad").get("/orders")).body.orders).toEqual([]);
});

describe("changing", () => {
  test("a smaller quantity keeps the place, a new price loses it", async () => {
    const { symbol } = await pair();
    const first = (await user("m1").place("SELL", "3", "10", { symbol })).body;
    const second = (await user("m2").place("SELL", "1", "10", { symbol })).body;
    const less = await user("m1").call("PATCH", `/orders/${first.orderId}`, { quantity: "2" });
    expect([less.status, less.body.quantity]).toEqual([200, "2.000"]);
    const lessStill = await user("m1").call("PATCH", `/orders/${first.orderId}`, { reduceBy: "1" });
    expect(lessStill.body.quantity).toBe("1.000");
    const taken = await user("ann").place("BUY", "1", "10", { symbol });
    expect(taken.body.status).toBe("FILLED");
    expect((await user("m1").get(`/orders/${first.orderId}`)).body.status).toBe("FILLED");
    await user("m2").call("PATCH", `/orders/${second.orderId}`, { price: "9.50" });
    expect((await user("m2").get(`/orders/${second.orderId}`)).body).toMatchObject({
      status: "OPEN",
      price: "9.50",
    });
  });

  test("a cancel tells an order that has ended (409) from one that there is not, or not theirs (404)", async () => {
    const { symbol } = await pair();
    const { orderId } = (await user("ann").place("BUY", "1", "10", { symbol })).body;
    const others = await user("bob").call("DELETE", `/orders/${orderId}`);
    expect([others.status, others.body.code]).toEqual([404, "ORDER_NOT_FOUND"]);
    expect((await user("bob").get(`/orders/${orderId}`)).status).toBe(404);
    const cancelled = await user("ann").call("DELETE", `/orders/${orderId}`);
    expect(cancelled).toMatchObject({
      status: 200,
      body: { status: "CANCELLED", reason: "CANCELLED_BY_USER" },
    });
    const again = await user("ann").call("DELETE", `/orders/${orderId}`);
    expect(again).toMatchObject({ status: 409, body: { code: "ORDER_NOT_OPEN", orderStatus: "CANCELLED" } });
    const never = `${orderId.slice(0, 24)}00000000${orderId.slice(32)}`;
    expect((await user("ann").call("DELETE", `/orders/${never}`)).body.code).toBe("ORDER_NOT_FOUND");
  });

  test("cancel all: of a symbol, then everywhere", async () => {
    const one = await pair();
    const other = await pair();
    for (const { symbol } of [one, one, other]) await user("cara").place("BUY", "1", "10", { symbol });
    await user("ann").place("BUY", "1", "10", { symbol: one.symbol });
    const ofOne = await user("cara").call("DELETE", `/orders?symbol=${one.symbol}`);
    expect([ofOne.status, ofOne.body.orders.length, ofOne.body.pending]).toEqual([200, 2, false]);
    const rest = await user("cara").call("DELETE", "/orders");
    expect(rest.body.orders.map((order: Json) => order.symbol)).toEqual([other.symbol]);
    expect((await user("ann").get(`/orders?symbol=${one.symbol}&status=OPEN`)).body.orders).toHaveLength(1);
  });

  test("a replacement cancels and places in one command", async () => {
    const { symbol } = await pair();
    const old = (await user("ann").place("BUY", "1", "10", { symbol, clientOrderId: "mine" })).body;
    const body = { side: "BUY", type: "LIMIT", quantity: "2", price: "11", clientOrderId: "mine" };
    const replaced = await user("ann").call("POST", `/orders/${old.orderId}/replace`, body);
    expect(replaced).toMatchObject({
      status: 200,
      body: {
        cancelled: { orderId: old.orderId, status: "CANCELLED", reason: "CANCELLED_BY_REPLACE" },
        placed: { status: "OPEN", quantity: "2.000", clientOrderId: "mine" },
      },
    });
  });
});

test("a replacement that fails leaves both halves undone, or with ALLOW_FAILURE one of them done", async () => {
  const { symbol } = await pair();
  await user("m").place("SELL", "1", "10", { symbol });
  const old = (await user("ann").place("BUY", "1", "9", { symbol })).body;
  const replace = (orderId: string, fields: object) =>
    user("ann").call("POST", `/orders/${orderId}/replace`, {
      ...{ side: "BUY", type: "LIMIT", quantity: "1", price: "10" },
      ...fields,
    });
  const stopped = await replace(old.orderId, { postOnly: true });
  expect([stopped.status, stopped.body.code]).toEqual([422, "POST_ONLY_WOULD_CROSS"]);
  expect((await user("ann").get(`/orders/${old.orderId}`)).body.status).toBe("OPEN");
  const allowed = await replace(old.orderId, { postOnly: true, mode: "ALLOW_FAILURE" });
  expect(allowed).toMatchObject({
    status: 200,
    body: {
      cancelled: { orderId: old.orderId, status: "CANCELLED" },
      placed: { status: "REJECTED", reason: "POST_ONLY_WOULD_CROSS" },
      error: { code: "POST_ONLY_WOULD_CROSS" },
    },
  });
  const gone = await replace(old.orderId, { price: "9" });
  expect([gone.status, gone.body.code, gone.body.orderStatus]).toEqual([409, "ORDER_NOT_OPEN", "CANCELLED"]);
  const alone = await replace(old.orderId, { price: "9", mode: "ALLOW_FAILURE" });
  expect(alone).toMatchObject({
    status: 200,
    body: { cancelled: null, placed: { status: "OPEN" }, error: { code: "ORDER_NOT_OPEN" } },
  });
});

describe("a batch", () => {
  test("is carried out in its order, and answers each item in its place", async () => {
    const { symbol, path } = await pair();
    const order = { symbol, type: "LIMIT", quantity: "1", price: "10" };
    const answer = await user("ann").call("POST", "/orders/batch", {
      orders: [
        { ...order, side: "BUY", clientOrderId: "b1", selfTradePrevention: "NONE" },
        { ...order, side: "BUY", price: "10.001" },
        { ...order, side: "SELL", quantity: "0.4", selfTradePrevention: "NONE" },
        { op: "amend", symbol, clientOrderId: "b1", reduceBy: "0.1" },
        { op: "cancel", symbol, clientOrderId: "b1" },
        { op: "cancel", symbol, clientOrderId: "b1" },
        { op: "cancel", symbol, clientOrderId: "never" },
      ],
    });
    const results = answer.body.results;
    expect(
      results.map((result: Json) => [result.status, result.order?.status ?? result.error?.code]),
    ).toEqual([
      [201, "OPEN"],
      [422, "PRICE_NOT_ON_TICK"],
      [201, "FILLED"],
      [200, "PARTIALLY_FILLED"],
      [200, "CANCELLED"],
      [409, "ORDER_NOT_OPEN"],
      [404, "ORDER_NOT_FOUND"],
    ]);
    expect(results[4].order).toMatchObject({ quantity: "0.900", filledQuantity: "0.400" });
    const depth = (await user("ann").get(`/markets/${path}/depth`)).body;
    expect([depth.bids, depth.asks]).toEqual([[], []]);
  });

  test("sent again under its key gives the same answer and does nothing", async () => {
    const { symbol } = await pair();
    const order = { symbol, side: "BUY", type: "LIMIT", quantity: "1", price: "10" };
    const body = { orders: [order, order] };
    const first = await user("ann").call("POST", "/orders/batch", body, { key: `batch-${symbol}` });
    const again = await user("ann").call("POST", "/orders/batch", body, { key: `batch-${symbol}` });
    expect(again.body).toEqual(first.body);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect((await user("ann").get(`/orders?symbol=${symbol}`)).body.orders).toHaveLength(2);
  });
});

describe("an Idempotency-Key", () => {
  test("of two requests at once lets one through; with another body it is 422; users do not meet", async () => {
    const { symbol } = await pair();
    const options = { key: `once-${symbol}` };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => user("ann").place("BUY", "1", "10", { symbol }, options)),
    );
    const placed = answers.filter((answer) => answer.status === 201);
    const others = answers.filter((answer) => answer.status !== 201);
    expect(new Set(placed.map((answer) => answer.body.orderId)).size).toBe(1);
    expect(others.every((answer) => answer.body.code === "IDEMPOTENCY_KEY_IN_FLIGHT")).toBe(true);
    const other = await user("ann").place("BUY", "2", "10", { symbol }, options);
    expect([other.status, other.body.code]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
    expect((await user("bob").place("BUY", "1", "10", { symbol }, options)).status).toBe(201);
    expect((await user("ann").get(`/orders?symbol=${symbol}`)).body.orders).toHaveLength(1);
  });

  test("keeps a refusal of the engine as it keeps an order", async () => {
    const { symbol } = await pair();
    await user("m").place("SELL", "1", "10", { symbol });
    const options = { key: `refused-${symbol}` };
    const first = await user("ann").place("BUY", "1", "10", { symbol, postOnly: true }, options);
    await user("ann").place("BUY", "1", "10", { symbol });
    const again = await user("ann").place("BUY", "1", "10", { symbol, postOnly: true }, options);
    expect([again.status, again.body]).toEqual([422, first.body]);
    expect(again.headers.get("content-type")).toBe("application/problem+json");
  });
});

describe("reading", () => {
  test("history comes newest first, page by page, filtered, and only the caller's own", async () => {
    const { symbol } = await pair();
    for (let at = 1; at <= 7; at += 1) await user("ann").place("BUY", `${at}`, "10", { symbol });
    await user("ann").place("SELL", "1", "99", { symbol });
    await user("bob").place("BUY", "1", "10", { symbol });
    const quantities: string[] = [];
    let cursor = "";
    for (let page = 0; page < 10; page += 1) {
      const query = `symbol=${symbol}&side=BUY&limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`;
      const { body } = await user("ann").get(`/orders?${query}`);
      quantities.push(...body.orders.map((order: Json) => order.quantity));
      if (body.nextCursor === null) break;
      cursor = body.nextCursor;
    }
    expect(quantities.map(Number)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    const open = await user("ann").get(`/orders?symbol=${symbol}&status=OPEN,PARTIALLY_FILLED`);
    expect(open.body.orders).toHaveLength(8);
    expect((await user("ann").get(`/orders?symbol=${symbol}&status=FILLED`)).body.orders).toEqual([]);
  });

  test("depth and trades show what the caller was told of just before", async () => {
    const { symbol, path } = await pair();
    for (let at = 0; at < 20; at += 1) {
      await user("m").place("SELL", "1", "10", { symbol });
      expect((await user("ann").get(`/markets/${path}/depth`)).body.asks).toMatchObject([
        { quantity: "1.000" },
      ]);
      const { orderId } = (await user("ann").place("BUY", "1", "10", { symbol })).body;
      expect((await user("ann").get(`/markets/${path}/depth`)).body.asks).toEqual([]);
      expect((await user("ann").get(`/trades?orderId=${orderId}`)).body.trades).toHaveLength(1);
    }
    const trades = (await user("ann").get(`/markets/${path}/trades?limit=5`)).body.trades;
    expect(trades).toHaveLength(5);
    expect(trades[0]).toMatchObject({ price: "10.00", quantity: "1.000", takerSide: "BUY" });
  });

  test("a trade with oneself is told once a side", async () => {
    const { symbol } = await pair();
    await user("ann").place("SELL", "1", "10", { symbol });
    await user("ann").place("BUY", "1", "10", { symbol, selfTradePrevention: "NONE" });
    const { trades } = (await user("ann").get(`/trades?symbol=${symbol}`)).body;
    expect(trades.map((trade: Json) => [trade.side, trade.liquidity])).toEqual([
      ["BUY", "TAKER"],
      ["SELL", "MAKER"],
    ]);
  });

  test("an id that nobody has used is 404; a fresh one with Retry-After", async () => {
    const { symbol } = await pair();
    const { orderId } = (await user("ann").place("BUY", "1", "10", { symbol })).body;
    const fresh = await user("ann").get(`/orders/${orderId.slice(0, 24)}00000000${orderId.slice(32)}`);
    expect([fresh.status, fresh.headers.get("retry-after")]).toEqual([404, "1"]);
    const old = await user("ann").get(`/orders/0190${orderId.slice(4)}`);
    expect([old.status, old.headers.get("retry-after")]).toEqual([404, null]);
  });
});

describe("operating", () => {
  test("a symbol that is there is 409, one that contradicts itself 422", async () => {
    const { symbol } = await pair();
    const steps = { priceStep: "0.01", quantityStep: "1" };
    const twice = await admin.call("POST", "/admin/symbols", { symbol, ...steps });
    expect([twice.status, twice.body.code]).toEqual([409, "SYMBOL_EXISTS"]);
    const contradiction = { symbol: "ODD/USD", ...steps, minPrice: "2", maxPrice: "1" };
    const odd = await admin.call("POST", "/admin/symbols", contradiction);
    expect([odd.status, odd.body.code]).toEqual([422, "INVALID_SYMBOL_DEFINITION"]);
  });

  test("a halted symbol takes cancels and no orders; reopened it takes both; delisted it takes nothing", async () => {
    const { symbol, path } = await pair();
    const { orderId } = (await user("ann").place("BUY", "1", "10", { symbol })).body;
    const kept = (await user("ann").place("BUY", "1", "9", { symbol })).body;
    const status = (to: string) => admin.call("PATCH", `/admin/symbols/${path}`, { status: to });
    expect((await status("HALTED")).body.status).toBe("HALTED");
    const halted = await user("ann").place("BUY", "1", "10", { symbol });
    expect([halted.status, halted.body.code]).toEqual([422, "SYMBOL_HALTED"]);
    expect((await user("ann").call("DELETE", `/orders/${orderId}`)).status).toBe(200);
    await status("ACTIVE");
    expect((await user("ann").place("BUY", "1", "10", { symbol })).status).toBe(201);
    await status("DELISTED");
    expect((await user("ann").place("BUY", "1", "10", { symbol })).body.code).toBe("SYMBOL_DELISTED");
    const ended = (await user("ann").get(`/orders/${kept.orderId}`)).body;
    expect([ended.status, ended.reason]).toEqual(["CANCELLED", "CANCELLED_BY_DELISTING"]);
  });

  test("the kill switch cancels a user's orders and refuses new ones until it is lifted", async () => {
    const { symbol } = await pair();
    await user("eve").place("BUY", "1", "10", { symbol });
    const thrown = await admin.call("POST", "/admin/users/eve/kill-switch", { enabled: true });
    expect([thrown.status, thrown.body.orders.length]).toEqual([200, 1]);
    expect((await user("eve").place("BUY", "1", "10", { symbol })).body.code).toBe("USER_DISABLED");
    await admin.call("POST", "/admin/users/eve/kill-switch", { enabled: false });
    expect((await user("eve").place("BUY", "1", "10", { symbol })).status).toBe(201);
  });

  test("an operator cancels anybody's order", async () => {
    const { symbol } = await pair();
    const { orderId } = (await user("ann").place("BUY", "1", "10", { symbol })).body;
    const cancelled = await admin.call("DELETE", `/admin/orders/${orderId}`);
    expect(cancelled.body).toMatchObject({
      status: "CANCELLED",
      reason: "CANCELLED_BY_ADMIN",
      userId: "ann",
    });
  });
});

describe("other order types", () => {
  test("a stop waits as PENDING and triggers at the last price", async () => {
    const { symbol } = await pair();
    const stop = { symbol, side: "BUY", type: "STOP_LIMIT", quantity: "1", price: "12", stopPrice: "11" };
    const waiting = await user("ann").call("POST", "/orders", stop);
    expect([waiting.status, waiting.body.status, waiting.body.stopPrice]).toEqual([201, "PENDING", "11.00"]);
    await user("m").place("SELL", "1", "11", { symbol });
    await user("bob").place("BUY", "1", "11", { symbol });
    const triggered = (await user("ann").get(`/orders/${waiting.body.orderId}`)).body;
    expect(triggered.status).toBe("OPEN");
    expect(triggered.triggeredAt).not.toBeNull();
  });

  test("of an OCO one leg ends the other", async () => {
    const { symbol } = await pair();
    await user("m").place("SELL", "1", "10", { symbol });
    await user("bob").place("BUY", "1", "10", { symbol });
    const list = await user("ann").call("POST", "/order-lists", {
      symbol,
      side: "SELL",
      quantity: "1",
      limit: { price: "12" },
      stop: { stopPrice: "8" },
    });
    expect([list.status, list.body.orders.map((order: Json) => [order.type, order.status])]).toEqual([
      201,
      [
        ["LIMIT", "OPEN"],
        ["STOP", "PENDING"],
      ],
    ]);
    const read = await user("ann").get(`/order-lists/${list.body.listId}`);
    expect(read.body.orders.map((order: Json) => order.orderId)).toEqual(
      list.body.orders.map((order: Json) => order.orderId),
    );
    await user("bob").place("BUY", "1", "12", { symbol });
    const after = (await user("ann").get(`/order-lists/${list.body.listId}`)).body;
    expect(after.orders.map((order: Json) => order.status)).toEqual(["FILLED", "EXPIRED"]);
    const cancelled = await user("ann").call("DELETE", `/order-lists/${list.body.listId}`);
    expect([cancelled.status, cancelled.body.code]).toEqual([409, "LIST_NOT_OPEN"]);
    expect((await user("bob").call("DELETE", `/order-lists/${list.body.listId}`)).status).toBe(404);
  });
});
