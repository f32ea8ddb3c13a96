import { describe, expect, test } from "vitest";
import { BAD_ORDERS, GOOD_ORDER } from "../../support/bad-orders.ts";
import type { Served } from "./served.ts";

/** Placing orders: what is answered, what is refused, and what an Idempotency-Key does. */
export function placing(served: Served): void {
  describe("placing", () => {
    test("ACK answers 202 with the order PENDING, and the order is found a moment later", async () => {
      const { symbol } = await served.pair();
      const placed = await served.user("ann").place("BUY", "1", "10", { symbol, responseType: "ACK" });
      expect([placed.status, placed.body.status, placed.body.sequence]).toEqual([202, "PENDING", null]);
      const found = await served.user("ann").get(`/orders/${placed.body.orderId}`);
      expect([found.status, found.body.status]).toEqual([200, "OPEN"]);
      expect(found.headers.get("x-request-id")).not.toBeNull();
    });

    test("FULL tells each fill at the maker's price; averagePrice is rounded half-even to 8 decimals", async () => {
      const { symbol } = await served.pair();
      await served.user("m1").place("SELL", "1", "10.00", { symbol });
      await served.user("m2").place("SELL", "2", "10.01", { symbol });
      const taken = await served.user("ann").place("BUY", "3", "11", { symbol, responseType: "FULL" });
      expect(taken.body).toMatchObject({
        status: "FILLED",
        filledQuote: "30.02",
        averagePrice: "10.00666667",
      });
      expect(taken.body.fills).toMatchObject([
        { price: "10.00", quantity: "1.000", liquidity: "TAKER" },
        { price: "10.01", quantity: "2.000", liquidity: "TAKER" },
      ]);
    });

    test("MARKET by quote quantity spends level by level; on an empty book it is EXPIRED with 201", async () => {
      const { symbol } = await served.pair();
      const market = { symbol, side: "BUY", type: "MARKET", quoteQuantity: "15" };
      const empty = await served.user("ann").call("POST", "/orders", market);
      expect([empty.status, empty.body.status, empty.body.reason]).toEqual([
        201,
        "EXPIRED",
        "EXPIRED_NO_LIQUIDITY",
      ]);
      await served.user("m1").place("SELL", "1", "10", { symbol });
      await served.user("m2").place("SELL", "1", "20", { symbol });
      const taken = await served.user("ann").call("POST", "/orders", market);
      expect(taken.body).toMatchObject({ status: "FILLED", filledQuantity: "1.250", filledQuote: "15.00" });
    });

    test("an order that the engine refuses is 422 with its code and its id, and is kept as REJECTED", async () => {
      const { symbol } = await served.pair();
      await served.user("m").place("SELL", "1", "10", { symbol });
      const refused = await served.user("ann").place("BUY", "1", "10", { symbol, postOnly: true });
      expect([refused.status, refused.body.code]).toEqual([422, "POST_ONLY_WOULD_CROSS"]);
      const kept = await served.user("ann").get(`/orders/${refused.body.orderId}`);
      expect(kept.body).toMatchObject({ status: "REJECTED", reason: "POST_ONLY_WOULD_CROSS" });
    });

    test("an open order's clientOrderId is taken until it ends: 409, then free again", async () => {
      const { symbol } = await served.pair();
      const first = await served.user("ann").place("BUY", "1", "10", { symbol, clientOrderId: "mine" });
      const second = await served.user("ann").place("BUY", "1", "10", { symbol, clientOrderId: "mine" });
      expect([second.status, second.body.code]).toEqual([409, "DUPLICATE_CLIENT_ORDER_ID"]);
      expect(
        (await served.user("bob").place("BUY", "1", "10", { symbol, clientOrderId: "mine" })).status,
      ).toBe(201);
      await served.user("ann").call("DELETE", `/orders/${first.body.orderId}`);
      const third = await served.user("ann").place("BUY", "1", "10", { symbol, clientOrderId: "mine" });
      expect(third.status).toBe(201);
      const newest = await served.user("ann").get(`/orders/by-client-id/mine?symbol=${symbol}`);
      expect(newest.body.orderId).toBe(third.body.orderId);
    });

    test("a test order is checked, and nothing is placed", async () => {
      const { symbol, path } = await served.pair();
      const body = { symbol, side: "BUY", type: "LIMIT", quantity: "1", price: "10" };
      const tested = await served.user("ann").call("POST", "/orders/test", body);
      expect(tested).toMatchObject({ status: 200, body: { valid: true, order: { timeInForce: "GTC" } } });
      expect((await served.user("ann").get(`/orders?symbol=${symbol}`)).body.orders).toEqual([]);
      expect((await served.user("ann").get(`/markets/${path}/depth`)).body.bids).toEqual([]);
    });
  });

  test("bad input is refused with a code of its own, sequences nothing and stores nothing", async () => {
    const { symbol } = await served.pair({
      quantityStep: "0.00001",
      minPrice: "1",
      maxPrice: "1000000",
      minQuantity: "0.0001",
      maxQuantity: "9000",
      minNotional: "5",
    });
    const good = { ...GOOD_ORDER, symbol };
    const first = await served.user("good").call("POST", "/orders", good);
    expect(first.status).toBe(201);
    for (const row of BAD_ORDERS) {
      const isBytes = row.body instanceof Uint8Array;
      const text = typeof row.body === "string" ? row.body : JSON.stringify(row.body);
      const response = await fetch(`${served.origin()}/api/v1/orders`, {
        method: "POST",
        headers: { authorization: "Bearer dev:bad", "content-type": row.contentType ?? "application/json" },
        body: isBytes ? (row.body as Uint8Array<ArrayBuffer>) : text.replace(GOOD_ORDER.symbol, symbol),
      });
      const { code } = (await response.json()) as { code: string };
      expect([row.what, response.status, code]).toEqual([row.what, row.status, row.code]);
    }
    const next = await served.user("good").call("POST", "/orders", good);
    expect(next.body.sequence).toBe(first.body.sequence + 1);
    expect((await served.user("bad").get("/orders")).body.orders).toEqual([]);
  });

  describe("an Idempotency-Key", () => {
    test("of two requests at once lets one through; with another body it is 422; users do not meet", async () => {
      const { symbol } = await served.pair();
      const options = { key: `once-${symbol}` };
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => served.user("ann").place("BUY", "1", "10", { symbol }, options)),
      );
      const placed = answers.filter((answer) => answer.status === 201);
      const others = answers.filter((answer) => answer.status !== 201);
      expect(new Set(placed.map((answer) => answer.body.orderId)).size).toBe(1);
      expect(others.every((answer) => answer.body.code === "IDEMPOTENCY_KEY_IN_FLIGHT")).toBe(true);
      const other = await served.user("ann").place("BUY", "2", "10", { symbol }, options);
      expect([other.status, other.body.code]).toEqual([422, "IDEMPOTENCY_KEY_REUSED"]);
      expect((await served.user("bob").place("BUY", "1", "10", { symbol }, options)).status).toBe(201);
      expect((await served.user("ann").get(`/orders?symbol=${symbol}`)).body.orders).toHaveLength(1);
    });

    test("keeps a refusal of the engine as it keeps an order", async () => {
      const { symbol } = await served.pair();
      await served.user("m").place("SELL", "1", "10", { symbol });
      const options = { key: `refused-${symbol}` };
      const first = await served.user("ann").place("BUY", "1", "10", { symbol, postOnly: true }, options);
      await served.user("ann").place("BUY", "1", "10", { symbol });
      const again = await served.user("ann").place("BUY", "1", "10", { symbol, postOnly: true }, options);
      expect([again.status, again.body]).toEqual([422, first.body]);
      expect(again.headers.get("content-type")).toBe("application/problem+json");
    });
  });
}
