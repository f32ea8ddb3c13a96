import { describe, expect, test } from "vitest";
import type { Served } from "./served.ts";

/** What operators do. */
export function operating(served: Served): void {
  describe("operating", () => {
    test("a symbol that is there is 409, one that contradicts itself 422", async () => {
      const { symbol } = await served.pair();
      const steps = { priceStep: "0.01", quantityStep: "1" };
      const twice = await served.user("operator").call("POST", "/admin/symbols", { symbol, ...steps });
      expect([twice.status, twice.body.code]).toEqual([409, "SYMBOL_EXISTS"]);
      const contradiction = { symbol: "ODD/USD", ...steps, minPrice: "2", maxPrice: "1" };
      const odd = await served.user("operator").call("POST", "/admin/symbols", contradiction);
      expect([odd.status, odd.body.code]).toEqual([422, "INVALID_SYMBOL_DEFINITION"]);
    });

    test("a halted symbol takes cancels and no orders; reopened it takes both; delisted it takes nothing", async () => {
      const { symbol, path } = await served.pair();
      const { orderId } = (await served.user("ann").place("BUY", "1", "10", { symbol })).body;
      const kept = (await served.user("ann").place("BUY", "1", "9", { symbol })).body;
      const status = (to: string) =>
        served.user("operator").call("PATCH", `/admin/symbols/${path}`, { status: to });
      expect((await status("HALTED")).body.status).toBe("HALTED");
      const halted = await served.user("ann").place("BUY", "1", "10", { symbol });
      expect([halted.status, halted.body.code]).toEqual([422, "SYMBOL_HALTED"]);
      expect((await served.user("ann").call("DELETE", `/orders/${orderId}`)).status).toBe(200);
      await status("ACTIVE");
      expect((await served.user("ann").place("BUY", "1", "10", { symbol })).status).toBe(201);
      await status("DELISTED");
      expect((await served.user("ann").place("BUY", "1", "10", { symbol })).body.code).toBe(
        "SYMBOL_DELISTED",
      );
      const ended = (await served.user("ann").get(`/orders/${kept.orderId}`)).body;
      expect([ended.status, ended.reason]).toEqual(["CANCELLED", "CANCELLED_BY_DELISTING"]);
    });

    test("the kill switch cancels a user's orders and refuses new ones until it is lifted", async () => {
      const { symbol } = await served.pair();
      await served.user("eve").place("BUY", "1", "10", { symbol });
      const thrown = await served
        .user("operator")
        .call("POST", "/admin/users/eve/kill-switch", { enabled: true });
      expect([thrown.status, thrown.body.orders.length]).toEqual([200, 1]);
      expect((await served.user("eve").place("BUY", "1", "10", { symbol })).body.code).toBe("USER_DISABLED");
      await served.user("operator").call("POST", "/admin/users/eve/kill-switch", { enabled: false });
      expect((await served.user("eve").place("BUY", "1", "10", { symbol })).status).toBe(201);
    });

    test("an operator cancels anybody's order", async () => {
      const { symbol } = await served.pair();
      const { orderId } = (await served.user("ann").place("BUY", "1", "10", { symbol })).body;
      const cancelled = await served.user("operator").call("DELETE", `/admin/orders/${orderId}`);
      expect(cancelled.body).toMatchObject({
        status: "CANCELLED",
        reason: "CANCELLED_BY_ADMIN",
        userId: "ann",
      });
    });
  });
}
