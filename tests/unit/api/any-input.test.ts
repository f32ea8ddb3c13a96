import fc from "fast-check";
import { expect, test } from "vitest";
import { isProblemCode, PROBLEMS } from "../../../api/problem-table.ts";
import { testApi } from "../../support/api-app.ts";
import { BAD_ORDERS, GOOD_ORDER } from "../../support/bad-orders.ts";

/** Whatever is sent is answered with a documented code, or is an order; nothing crashes. */

const amounts = fc.oneof(
  fc.constantFrom("0.5", "50000.00", "1", "0", "-1", "1e5", "NaN", "0.000000001", "9007199254740993", "00.1"),
  fc.string(),
  fc.double(),
  fc.bigInt().map(String),
);

const fields = fc.dictionary(
  fc.oneof(
    fc.constantFrom(
      ...[
        "symbol",
        "side",
        "type",
        "timeInForce",
        "quantity",
        "quoteQuantity",
        "price",
        "stopPrice",
        "postOnly",
      ],
      ...["trailingDelta", "trailingAmount", "activationPrice", "displayQuantity", "selfTradePrevention"],
      ...["clientOrderId", "expireAt", "responseType", "op", "orderId", "reduceBy", "mode"],
    ),
    fc.string(),
  ),
  fc.oneof(
    amounts,
    fc.jsonValue(),
    fc.constantFrom(
      "BTC/USDT",
      "BUY",
      "SELL",
      "LIMIT",
      "MARKET",
      "STOP",
      "GTD",
      "FOK",
      "NONE",
      "cancel",
      "amend",
    ),
    fc.constantFrom("replace", "place", "2030-01-01T00:00:00Z", "019bea71-7d2e-7c41-a3b2-5f1e2d3c0001"),
  ),
  { maxKeys: 8 },
);

const orders = fields.map((changes) => ({ ...GOOD_ORDER, responseType: "ACK", ...changes }));

function expectProblem(body: Record<string, unknown>, status: number): void {
  const code = String(body["code"]);
  expect(isProblemCode(code) && PROBLEMS[code].status).toBe(status);
  expect(status).toBeLessThan(500);
}

test("any order is taken, or refused with a documented code and its one status", async () => {
  const { ask, publisher } = testApi();
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(orders, async (order) => {
      const before = publisher.commands;
      const { status, body } = await ask("POST", "/api/v1/orders", order);
      if (status >= 400) {
        refused += 1;
        expectProblem(body, status);
      }
      expect(publisher.commands - before).toBe(status < 400 ? 1 : 0);
    }),
    { numRuns: 500 },
  );
  expect(refused).toBeGreaterThan(100);
});

test("any batch is answered item by item", async () => {
  const { ask, publisher } = testApi();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(orders, fields, fc.jsonValue()), { minLength: 1, maxLength: 5 }),
      async (items) => {
        const before = publisher.commands;
        const { status, body } = await ask("POST", "/api/v1/orders/batch", {
          orders: items,
          responseType: "ACK",
        });
        expect(status).toBe(200);
        const results = body["results"] as { status: number; error?: Record<string, unknown> }[];
        expect(results).toHaveLength(items.length);
        for (const result of results)
          if (result.error !== undefined) expectProblem(result.error, result.status);
        expect(publisher.commands - before).toBe(results.filter((result) => result.status === 202).length);
      },
    ),
    { numRuns: 300 },
  );
});

test("any address and any bytes get an answer", async () => {
  const { app } = testApi();
  const paths = fc.oneof(
    fc.webPath(),
    fc.string().map((part) => `/api/v1/orders/${encodeURIComponent(part)}`),
    fc.string().map((part) => `/api/v1/orders/by-client-id/${encodeURIComponent(part)}?symbol=BTC/USDT`),
    fc.webQueryParameters().map((query) => `/api/v1/orders?${query}`),
    fc.constantFrom(
      "/api/v1/orders/%ZZ",
      "/api/v1/orders/%00",
      "/api/v1/symbols/%2e%2e",
      "//",
      "/api/v1//orders",
    ),
  );
  const methods = fc.constantFrom("GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS");
  await fc.assert(
    fc.asyncProperty(methods, paths, fc.uint8Array({ maxLength: 64 }), async (method, path, bytes) => {
      const headers = { authorization: "Bearer dev:alice", "content-type": "application/json" };
      const init: RequestInit = { method, headers };
      if (method !== "GET" && method !== "HEAD") init.body = new Uint8Array(bytes);
      const response = await app.fetch(new Request(`http://127.0.0.1${path}`, init));
      expect(response.status).not.toBe(500);
    }),
    { numRuns: 500 },
  );
}, 30_000);

test("no refusal repeats what it was given, or says how it is made", async () => {
  const { ask } = testApi();
  for (const row of BAD_ORDERS) {
    const headers = row.contentType === undefined ? {} : { "content-type": row.contentType };
    const { body } = await ask("POST", "/api/v1/orders", row.body, headers);
    expect(JSON.stringify(body)).not.toMatch(/zod|hono|node_modules|\bat .*:\d+:\d+/i);
  }
});
