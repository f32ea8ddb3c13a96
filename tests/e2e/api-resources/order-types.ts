import { describe, expect, test } from "vitest";
import type { Json } from "../../support/http-caller.ts";
import type { Served } from "./served.ts";

/** Stops and lists. */
export function orderTypes(served: Served): void {
  describe("other order types", () => {
    test("a stop waits as PENDING and triggers at the last price", async () => {
      const { symbol } = await served.pair();
      const stop = { symbol, side: "BUY", type: "STOP_LIMIT", quantity: "1", price: "12", stopPrice: "11" };
      const waiting = await served.user("ann").call("POST", "/orders", stop);
      expect([waiting.status, waiting.body.status, waiting.body.stopPrice]).toEqual([
        201,
        "PENDING",
        "11.00",
      ]);
      await served.user("m").place("SELL", "1", "11", { symbol });
      await served.user("bob").place("BUY", "1", "11", { symbol });
      const triggered = (await served.user("ann").get(`/orders/${waiting.body.orderId}`)).body;
      expect(triggered.status).toBe("OPEN");
      expect(triggered.triggeredAt).not.toBeNull();
    });

    test("of an OCO one leg ends the other", async () => {
      const { symbol } = await served.pair();
      await served.user("m").place("SELL", "1", "10", { symbol });
      await served.user("bob").place("BUY", "1", "10", { symbol });
      const list = await served.user("ann").call("POST", "/order-lists", {
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
      const read = await served.user("ann").get(`/order-lists/${list.body.listId}`);
      expect(read.body.orders.map((order: Json) => order.orderId)).toEqual(
        list.body.orders.map((order: Json) => order.orderId),
      );
      await served.user("bob").place("BUY", "1", "12", { symbol });
      const after = (await served.user("ann").get(`/order-lists/${list.body.listId}`)).body;
      expect(after.orders.map((order: Json) => order.status)).toEqual(["FILLED", "EXPIRED"]);
      const cancelled = await served.user("ann").call("DELETE", `/order-lists/${list.body.listId}`);
      expect([cancelled.status, cancelled.body.code]).toEqual([409, "LIST_NOT_OPEN"]);
      expect((await served.user("bob").call("DELETE", `/order-lists/${list.body.listId}`)).status).toBe(404);
    });
  });
}
