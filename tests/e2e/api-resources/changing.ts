import { describe, expect, test } from "vitest";
import type { Json } from "../../support/http-caller.ts";
import type { Served } from "./served.ts";

/** Amends, cancels, replacements and batches. */
export function changing(served: Served): void {
  describe("changing", () => {
    test("a smaller quantity keeps the place, a new price loses it", async () => {
      const { symbol } = await served.pair();
      const first = (await served.user("m1").place("SELL", "3", "10", { symbol })).body;
      const second = (await served.user("m2").place("SELL", "1", "10", { symbol })).body;
      const less = await served.user("m1").call("PATCH", `/orders/${first.orderId}`, { quantity: "2" });
      expect([less.status, less.body.quantity]).toEqual([200, "2.000"]);
      const lessStill = await served.user("m1").call("PATCH", `/orders/${first.orderId}`, { reduceBy: "1" });
      expect(lessStill.body.quantity).toBe("1.000");
      const taken = await served.user("ann").place("BUY", "1", "10", { symbol });
      expect(taken.body.status).toBe("FILLED");
      expect((await served.user("m1").get(`/orders/${first.orderId}`)).body.status).toBe("FILLED");
      await served.user("m2").call("PATCH", `/orders/${second.orderId}`, { price: "9.50" });
      expect((await served.user("m2").get(`/orders/${second.orderId}`)).body).toMatchObject({
        status: "OPEN",
        price: "9.50",
      });
    });

    test("a cancel tells an order that has ended (409) from one that there is not, or not theirs (404)", async () => {
      const { symbol } = await served.pair();
      const { orderId } = (await served.user("ann").place("BUY", "1", "10", { symbol })).body;
      const others = await served.user("bob").call("DELETE", `/orders/${orderId}`);
      expect([others.status, others.body.code]).toEqual([404, "ORDER_NOT_FOUND"]);
      expect((await served.user("bob").get(`/orders/${orderId}`)).status).toBe(404);
      const cancelled = await served.user("ann").call("DELETE", `/orders/${orderId}`);
      expect(cancelled).toMatchObject({
        status: 200,
        body: { status: "CANCELLED", reason: "CANCELLED_BY_USER" },
      });
      const again = await served.user("ann").call("DELETE", `/orders/${orderId}`);
      expect(again).toMatchObject({
        status: 409,
        body: { code: "ORDER_NOT_OPEN", orderStatus: "CANCELLED" },
      });
      const never = `${orderId.slice(0, 24)}00000000${orderId.slice(32)}`;
      expect((await served.user("ann").call("DELETE", `/orders/${never}`)).body.code).toBe("ORDER_NOT_FOUND");
    });

    test("cancel all: of a symbol, then everywhere", async () => {
      const one = await served.pair();
      const other = await served.pair();
      for (const { symbol } of [one, one, other])
        await served.user("cara").place("BUY", "1", "10", { symbol });
      await served.user("ann").place("BUY", "1", "10", { symbol: one.symbol });
      const ofOne = await served.user("cara").call("DELETE", `/orders?symbol=${one.symbol}`);
      expect([ofOne.status, ofOne.body.orders.length, ofOne.body.pending]).toEqual([200, 2, false]);
      const rest = await served.user("cara").call("DELETE", "/orders");
      expect(rest.body.orders.map((order: Json) => order.symbol)).toEqual([other.symbol]);
      expect(
        (await served.user("ann").get(`/orders?symbol=${one.symbol}&status=OPEN`)).body.orders,
      ).toHaveLength(1);
    });

    test("a replacement cancels and places in one command", async () => {
      const { symbol } = await served.pair();
      const old = (await served.user("ann").place("BUY", "1", "10", { symbol, clientOrderId: "mine" })).body;
      const body = { side: "BUY", type: "LIMIT", quantity: "2", price: "11", clientOrderId: "mine" };
      const replaced = await served.user("ann").call("POST", `/orders/${old.orderId}/replace`, body);
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
    const { symbol } = await served.pair();
    await served.user("m").place("SELL", "1", "10", { symbol });
    const old = (await served.user("ann").place("BUY", "1", "9", { symbol })).body;
    const replace = (orderId: string, fields: object) =>
      served.user("ann").call("POST", `/orders/${orderId}/replace`, {
        ...{ side: "BUY", type: "LIMIT", quantity: "1", price: "10" },
        ...fields,
      });
    const stopped = await replace(old.orderId, { postOnly: true });
    expect([stopped.status, stopped.body.code]).toEqual([422, "POST_ONLY_WOULD_CROSS"]);
    expect((await served.user("ann").get(`/orders/${old.orderId}`)).body.status).toBe("OPEN");
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
    expect([gone.status, gone.body.code, gone.body.orderStatus]).toEqual([
      409,
      "ORDER_NOT_OPEN",
      "CANCELLED",
    ]);
    const alone = await replace(old.orderId, { price: "9", mode: "ALLOW_FAILURE" });
    expect(alone).toMatchObject({
      status: 200,
      body: { cancelled: null, placed: { status: "OPEN" }, error: { code: "ORDER_NOT_OPEN" } },
    });
  });

  describe("a batch", () => {
    test("is carried out in its order, and answers each item in its place", async () => {
      const { symbol, path } = await served.pair();
      const order = { symbol, type: "LIMIT", quantity: "1", price: "10" };
      const answer = await served.user("ann").call("POST", "/orders/batch", {
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
      const depth = (await served.user("ann").get(`/markets/${path}/depth`)).body;
      expect([depth.bids, depth.asks]).toEqual([[], []]);
    });

    test("sent again under its key gives the same answer and does nothing", async () => {
      const { symbol } = await served.pair();
      const order = { symbol, side: "BUY", type: "LIMIT", quantity: "1", price: "10" };
      const body = { orders: [order, order] };
      const first = await served.user("ann").call("POST", "/orders/batch", body, { key: `batch-${symbol}` });
      const again = await served.user("ann").call("POST", "/orders/batch", body, { key: `batch-${symbol}` });
      expect(again.body).toEqual(first.body);
      expect(again.headers.get("idempotency-replayed")).toBe("true");
      expect((await served.user("ann").get(`/orders?symbol=${symbol}`)).body.orders).toHaveLength(2);
    });
  });
}
