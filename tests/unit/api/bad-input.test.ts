import { describe, expect, test } from "vitest";
import { testApi } from "../../support/api-app.ts";
import { BAD_ORDERS, changed, GOOD_ORDER } from "../../support/bad-orders.ts";

describe("POST /orders refuses, sends nothing and stores nothing, with a code of its own:", () => {
  test.each(BAD_ORDERS)("$what → $status $code", async (row) => {
    const { ask, publisher } = testApi();
    const headers = row.contentType === undefined ? {} : { "content-type": row.contentType };
    const answer = await ask("POST", "/api/v1/orders", row.body, headers);
    expect({ status: answer.status, code: answer.body["code"] }).toEqual({
      status: row.status,
      code: row.code,
    });
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    const [fault] = (answer.body["errors"] ?? []) as { pointer?: string }[];
    if (row.pointer !== undefined) expect(fault?.pointer).toBe(row.pointer);
    expect(publisher.published).toEqual([]);
  });

  test("the same through POST /orders/test", async () => {
    const { ask } = testApi();
    for (const row of BAD_ORDERS) {
      const headers = row.contentType === undefined ? {} : { "content-type": row.contentType };
      const answer = await ask("POST", "/api/v1/orders/test", row.body, headers);
      expect([row.what, answer.status, answer.body["code"]]).toEqual([row.what, row.status, row.code]);
    }
  });
});

test("a body without a length is counted while it streams", async () => {
  const { app, publisher } = testApi();
  let chunks = 0;
  const body = new ReadableStream({
    pull(controller) {
      chunks += 1;
      controller.enqueue(new TextEncoder().encode(" ".repeat(16_384)));
    },
  });
  const init = {
    method: "POST",
    headers: { authorization: "Bearer dev:alice", "content-type": "application/json" },
    body,
    duplex: "half",
  };
  const response = await app.request("/api/v1/orders", init as RequestInit);
  expect(response.status).toBe(413);
  expect(chunks).toBeLessThan(10);
  expect(publisher.published).toEqual([]);
});

test.each([
  ["GET", "/api/v1/orders/nonsense", 400, "MALFORMED_ID"],
  ["DELETE", "/api/v1/orders/nonsense", 400, "MALFORMED_ID"],
  ["GET", "/api/v1/orders/019bea71-7d2e-7c41-a3b2-5f1e2d3c0001", 404, "ORDER_NOT_FOUND"],
  ["DELETE", "/api/v1/orders/019bea71-7d2e-7c41-a3b2-5f1e2d3cffff", 404, "ORDER_NOT_FOUND"],
  ["GET", "/api/v1/symbols/ABC-XYZ", 404, "SYMBOL_NOT_FOUND"],
  ["GET", "/api/v1/symbols/abc", 400, "VALIDATION_FAILED"],
  ["GET", "/api/v1/markets/ABC-XYZ/depth", 404, "SYMBOL_NOT_FOUND"],
  ["GET", "/api/v1/markets/BTC-USDT/depth?limit=0", 400, "VALIDATION_FAILED"],
  ["GET", "/api/v1/markets/BTC-USDT/depth?limit=1.5", 400, "VALIDATION_FAILED"],
  ["GET", "/api/v1/markets/BTC-USDT/depth?lmit=5", 400, "UNKNOWN_FIELD"],
  ["GET", "/api/v1/markets/BTC-USDT/depth", 503, "MARKET_DATA_UNAVAILABLE"],
  ["GET", "/api/v1/orders?status=DONE", 400, "VALIDATION_FAILED"],
  ["GET", "/api/v1/orders?cursor=abc", 400, "MALFORMED_CURSOR"],
  ["GET", "/api/v1/orders?from=yesterday", 400, "VALIDATION_FAILED"],
  ["GET", "/api/v1/orders?symbol=ABC/XYZ", 422, "UNKNOWN_SYMBOL"],
  ["GET", "/api/v1/nothing", 404, "NOT_FOUND"],
  ["PUT", "/api/v1/orders", 405, "METHOD_NOT_ALLOWED"],
  ["POST", "/api/v1/symbols/BTC-USDT", 405, "METHOD_NOT_ALLOWED"],
])("%s %s → %d %s", async (method, path, status, code) => {
  const { ask, publisher } = testApi();
  const answer = await ask(method, path);
  expect([answer.status, answer.body["code"]]).toEqual([status, code]);
  expect(publisher.published).toEqual([]);
});

test("a bad item of a batch spoils no other, and is told where it is", async () => {
  const { ask, publisher } = testApi();
  const answer = await ask("POST", "/api/v1/orders/batch", {
    responseType: "ACK",
    orders: [
      GOOD_ORDER,
      changed({ price: "50000.001" }),
      changed({ colour: "red" }),
      { op: "explode" },
      { op: "cancel" },
      7,
      GOOD_ORDER,
    ],
  });
  expect(answer.status).toBe(200);
  const results = answer.body["results"] as {
    status: number;
    error?: { code: string; errors: { pointer: string }[] };
  }[];
  expect(
    results.map((result) => [result.status, result.error?.code, result.error?.errors[0]?.pointer]),
  ).toEqual([
    [202, undefined, undefined],
    [422, "PRICE_NOT_ON_TICK", "/orders/1/price"],
    [400, "UNKNOWN_FIELD", "/orders/2/colour"],
    [400, "VALIDATION_FAILED", "/orders/3/op"],
    [400, "VALIDATION_FAILED", "/orders/4"],
    [400, "VALIDATION_FAILED", "/orders/5"],
    [202, undefined, undefined],
  ]);
  expect(publisher.published).toHaveLength(1);
  expect(publisher.commands).toBe(2);
});

test("a batch takes from 1 to 100 items", async () => {
  const { ask } = testApi();
  const none = await ask("POST", "/api/v1/orders/batch", { orders: [] });
  const many = await ask("POST", "/api/v1/orders/batch", { orders: Array(101).fill(GOOD_ORDER) });
  expect([none.body["code"], many.body["code"]]).toEqual(["VALIDATION_FAILED", "VALIDATION_FAILED"]);
});

test.each([
  ["nobody", {}, 401],
  ["another scheme", { authorization: "Basic YTpi" }, 401],
  ["a bearer of another kind", { authorization: "Bearer abc" }, 401],
  ["a dev token without a user", { authorization: "Bearer dev:" }, 401],
  ["a dev token of a strange user", { authorization: "Bearer dev:<script>" }, 401],
])("who comes as %s is refused with a challenge", async (_who, headers, status) => {
  const { app } = testApi();
  const response = await app.request("/api/v1/orders", { headers });
  expect(response.status).toBe(status);
  expect(response.headers.get("www-authenticate")).toContain("Bearer");
  expect(await response.json()).toMatchObject({ code: "UNAUTHENTICATED" });
});

test.each([
  ["", 400],
  ["   ", 400],
  ["x".repeat(256), 400],
])("the Idempotency-Key %j is refused", async (key, status) => {
  const { ask, publisher } = testApi();
  const answer = await ask("POST", "/api/v1/orders", GOOD_ORDER, { "idempotency-key": key });
  expect([answer.status, answer.body["code"]]).toEqual([status, "MALFORMED_IDEMPOTENCY_KEY"]);
  expect(publisher.published).toEqual([]);
});
