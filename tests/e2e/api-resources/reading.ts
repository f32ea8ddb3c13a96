import { describe, expect, test } from "vitest";
import type { Json } from "../../support/http-caller.ts";
import type { Served } from "./served.ts";

/** History, books and trades as a caller reads them. */
export function reading(served: Served): void {
  describe("reading", () => {
    test("history comes newest first, page by page, filtered, and only the caller's own", async () => {
      const { symbol } = await served.pair();
      for (let at = 1; at <= 7; at += 1) await served.user("ann").place("BUY", `${at}`, "10", { symbol });
      await served.user("ann").place("SELL", "1", "99", { symbol });
      await served.user("bob").place("BUY", "1", "10", { symbol });
      const quantities: string[] = [];
      let cursor = "";
      for (let page = 0; page < 10; page += 1) {
        const query = `symbol=${symbol}&side=BUY&limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`;
        const { body } = await served.user("ann").get(`/orders?${query}`);
        quantities.push(...body.orders.map((order: Json) => order.quantity));
        if (body.nextCursor === null) break;
        cursor = body.nextCursor;
      }
      expect(quantities.map(Number)).toEqual([7, 6, 5, 4, 3, 2, 1]);
      const open = await served.user("ann").get(`/orders?symbol=${symbol}&status=OPEN,PARTIALLY_FILLED`);
      expect(open.body.orders).toHaveLength(8);
      expect((await served.user("ann").get(`/orders?symbol=${symbol}&status=FILLED`)).body.orders).toEqual(
        [],
      );
    });

    test("depth and trades show what the caller was told of just before", async () => {
      const { symbol, path } = await served.pair();
      for (let at = 0; at < 20; at += 1) {
        await served.user("m").place("SELL", "1", "10", { symbol });
        expect((await served.user("ann").get(`/markets/${path}/depth`)).body.asks).toMatchObject([
          { quantity: "1.000" },
        ]);
        const { orderId } = (await served.user("ann").place("BUY", "1", "10", { symbol })).body;
        expect((await served.user("ann").get(`/markets/${path}/depth`)).body.asks).toEqual([]);
        expect((await served.user("ann").get(`/trades?orderId=${orderId}`)).body.trades).toHaveLength(1);
      }
      const trades = (await served.user("ann").get(`/markets/${path}/trades?limit=5`)).body.trades;
      expect(trades).toHaveLength(5);
      expect(trades[0]).toMatchObject({ price: "10.00", quantity: "1.000", takerSide: "BUY" });
    });

    test("a trade with oneself is told once a side", async () => {
      const { symbol } = await served.pair();
      await served.user("ann").place("SELL", "1", "10", { symbol });
      await served.user("ann").place("BUY", "1", "10", { symbol, selfTradePrevention: "NONE" });
      const { trades } = (await served.user("ann").get(`/trades?symbol=${symbol}`)).body;
      expect(trades.map((trade: Json) => [trade.side, trade.liquidity])).toEqual([
        ["BUY", "TAKER"],
        ["SELL", "MAKER"],
      ]);
    });

    test("an id that nobody has used is 404; a fresh one with Retry-After", async () => {
      const { symbol } = await served.pair();
      const { orderId } = (await served.user("ann").place("BUY", "1", "10", { symbol })).body;
      const fresh = await served
        .user("ann")
        .get(`/orders/${orderId.slice(0, 24)}00000000${orderId.slice(32)}`);
      expect([fresh.status, fresh.headers.get("retry-after")]).toEqual([404, "1"]);
      const old = await served.user("ann").get(`/orders/0190${orderId.slice(4)}`);
      expect([old.status, old.headers.get("retry-after")]).toEqual([404, null]);
    });
  });
}
