import { describe, expect, test } from "vitest";
import { testApi } from "../../support/api-app.ts";

const ORDER = {
  symbol: "BTC/USDT",
  side: "BUY",
  type: "LIMIT",
  timeInForce: "GTC",
  quantity: "0.5",
  price: "50000.00",
};

interface Row {
  readonly what: string;
  readonly body: unknown;
  readonly status: number;
  readonly code: string;
  /** Pointer of the first fault, where one is told. */
  readonly pointer?: string;
  readonly contentType?: string;
}

const with_ = (fields: object) => ({ ...ORDER, ...fields });
const priced = (price: unknown) => with_({ price });
const sized = (quantity: unknown) => with_({ quantity });

const ROWS: readonly Row[] = [
  { what: "no JSON", body: "{", status: 400, code: "MALFORMED_JSON" },
  { what: "nothing", body: "", status: 400, code: "MALFORMED_JSON" },
  { what: "a number that JSON has not", body: '{"price": NaN}', status: 400, code: "MALFORMED_JSON" },
  {
    what: "bytes that are no UTF-8",
    body: new Uint8Array([0x7b, 0xff, 0x7d]),
    status: 400,
    code: "MALFORMED_JSON",
  },
  { what: "an array", body: [ORDER], status: 400, code: "VALIDATION_FAILED", pointer: "" },
  { what: "null", body: "null", status: 400, code: "VALIDATION_FAILED", pointer: "" },
  {
    what: "another content type",
    body: ORDER,
    contentType: "text/plain",
    status: 415,
    code: "UNSUPPORTED_MEDIA_TYPE",
  },
  {
    what: "a form",
    body: ORDER,
    contentType: "application/x-www-form-urlencoded",
    status: 415,
    code: "UNSUPPORTED_MEDIA_TYPE",
  },
  {
    what: "another charset",
    body: ORDER,
    contentType: "application/json; charset=latin1",
    status: 415,
    code: "UNSUPPORTED_MEDIA_TYPE",
  },
  {
    what: "a huge body",
    body: with_({ clientOrderId: "x".repeat(70_000) }),
    status: 413,
    code: "BODY_TOO_LARGE",
  },
  {
    what: "an unknown field",
    body: with_({ colour: "red" }),
    status: 400,
    code: "UNKNOWN_FIELD",
    pointer: "/colour",
  },
  {
    what: "a field that needs escaping",
    body: with_({ "a/b~c": 1 }),
    status: 400,
    code: "UNKNOWN_FIELD",
    pointer: "/a~1b~0c",
  },
  {
    what: "a missing field",
    body: { ...ORDER, side: undefined },
    status: 400,
    code: "VALIDATION_FAILED",
    pointer: "/side",
  },
  {
    what: "a null field",
    body: with_({ clientOrderId: null }),
    status: 400,
    code: "VALIDATION_FAILED",
    pointer: "/clientOrderId",
  },
  {
    what: "an unknown side",
    body: with_({ side: "buy" }),
    status: 400,
    code: "VALIDATION_FAILED",
    pointer: "/side",
  },
  {
    what: "an unknown type",
    body: with_({ type: "LIMITED" }),
    status: 400,
    code: "VALIDATION_FAILED",
    pointer: "/type",
  },
  {
    what: "a price as an integer",
    body: priced(50000),
    status: 400,
    code: "VALIDATION_FAILED",
    pointer: "/price",
  },
  {
    what: "a price as a float",
    body: priced(50000.01),
    status: 400,
    code: "VALIDATION_FAILED",
    pointer: "/price",
  },
  {
    what: "a quantity as a float",
    body: sized(0.1),
    status: 400,
    code: "VALIDATION_FAILED",
    pointer: "/quantity",
  },
  {
    what: "a price as a number with an exponent",
    body: JSON.stringify(priced(0)).replace('"price":0', '"price":5e4'),
    status: 400,
    code: "VALIDATION_FAILED",
    pointer: "/price",
  },
  {
    what: "a price with an exponent",
    body: priced("5e4"),
    status: 400,
    code: "AMOUNT_HAS_EXPONENT",
    pointer: "/price",
  },
  {
    what: "a quantity with a negative exponent",
    body: sized("5.0E-1"),
    status: 400,
    code: "AMOUNT_HAS_EXPONENT",
    pointer: "/quantity",
  },
  { what: "NaN", body: priced("NaN"), status: 400, code: "AMOUNT_MALFORMED", pointer: "/price" },
  { what: "Infinity", body: sized("Infinity"), status: 400, code: "AMOUNT_MALFORMED", pointer: "/quantity" },
  { what: "an empty amount", body: priced(""), status: 400, code: "AMOUNT_MALFORMED", pointer: "/price" },
  { what: "a comma", body: priced("50000,00"), status: 400, code: "AMOUNT_MALFORMED", pointer: "/price" },
  {
    what: "a hexadecimal amount",
    body: sized("0x10"),
    status: 400,
    code: "AMOUNT_MALFORMED",
    pointer: "/quantity",
  },
  { what: "a plus sign", body: priced("+50000"), status: 400, code: "AMOUNT_MALFORMED", pointer: "/price" },
  { what: "a space", body: priced(" 50000"), status: 400, code: "AMOUNT_MALFORMED", pointer: "/price" },
  {
    what: "a leading zero",
    body: priced("050000"),
    status: 400,
    code: "AMOUNT_MALFORMED",
    pointer: "/price",
  },
  {
    what: "digits of another script",
    body: priced("٥٠٠٠٠"),
    status: 400,
    code: "AMOUNT_MALFORMED",
    pointer: "/price",
  },
  {
    what: "a negative price",
    body: priced("-50000.00"),
    status: 400,
    code: "AMOUNT_NEGATIVE",
    pointer: "/price",
  },
  {
    what: "a negative quantity",
    body: sized("-0.5"),
    status: 400,
    code: "AMOUNT_NEGATIVE",
    pointer: "/quantity",
  },
  { what: "a zero price", body: priced("0"), status: 400, code: "AMOUNT_ZERO", pointer: "/price" },
  { what: "a zero quantity", body: sized("0.000"), status: 400, code: "AMOUNT_ZERO", pointer: "/quantity" },
  {
    what: "a price off the tick",
    body: priced("50000.001"),
    status: 422,
    code: "PRICE_NOT_ON_TICK",
    pointer: "/price",
  },
  {
    what: "a quantity off the lot",
    body: sized("0.000001"),
    status: 422,
    code: "QUANTITY_NOT_ON_LOT",
    pointer: "/quantity",
  },
  {
    what: "a price beyond the integers",
    body: priced("99999999999999999999"),
    status: 422,
    code: "AMOUNT_OUT_OF_RANGE",
    pointer: "/price",
  },
  {
    what: "a quantity beyond the integers",
    body: sized("90071992547.40991"),
    status: 422,
    code: "QUANTITY_TOO_LARGE",
  },
  {
    what: "a quantity one beyond what is exact",
    body: sized("90071992547.40992"),
    status: 422,
    code: "AMOUNT_OUT_OF_RANGE",
    pointer: "/quantity",
  },
  {
    what: "an amount of a hundred digits",
    body: sized("1".repeat(100)),
    status: 422,
    code: "AMOUNT_OUT_OF_RANGE",
    pointer: "/quantity",
  },
  { what: "a price below the minimum", body: priced("0.99"), status: 422, code: "PRICE_TOO_LOW" },
  { what: "a price above the maximum", body: priced("1000000.01"), status: 422, code: "PRICE_TOO_HIGH" },
  { what: "a quantity below the minimum", body: sized("0.00009"), status: 422, code: "QUANTITY_TOO_SMALL" },
  {
    what: "a quantity above the maximum",
    body: sized("9000.00001"),
    status: 422,
    code: "QUANTITY_TOO_LARGE",
  },
  {
    what: "a notional below the minimum",
    body: with_({ price: "10.00", quantity: "0.4" }),
    status: 422,
    code: "NOTIONAL_TOO_SMALL",
  },
  {
    what: "an unknown symbol",
    body: with_({ symbol: "ABC/XYZ" }),
    status: 422,
    code: "UNKNOWN_SYMBOL",
    pointer: "/symbol",
  },
  {
    what: "what is no symbol",
    body: with_({ symbol: "BTC-USDT" }),
    status: 400,
    code: "VALIDATION_FAILED",
    pointer: "/symbol",
  },
  {
    what: "a LIMIT without a price",
    body: { ...ORDER, price: undefined },
    status: 422,
    code: "PRICE_REQUIRED",
  },
  {
    what: "a MARKET with a price",
    body: with_({ type: "MARKET", timeInForce: "IOC" }),
    status: 422,
    code: "PRICE_NOT_ALLOWED",
  },
  { what: "no quantity", body: { ...ORDER, quantity: undefined }, status: 422, code: "QUANTITY_REQUIRED" },
  {
    what: "a LIMIT by quote",
    body: with_({ quoteQuantity: "100" }),
    status: 422,
    code: "QUOTE_QUANTITY_NOT_ALLOWED",
  },
  {
    what: "a quote amount off its step",
    body: { symbol: "BTC/USDT", side: "BUY", type: "MARKET", quoteQuantity: "10.00000001" },
    status: 422,
    code: "QUOTE_QUANTITY_NOT_ON_STEP",
    pointer: "/quoteQuantity",
  },
  {
    what: "a MARKET that rests",
    body: { ...ORDER, type: "MARKET", price: undefined },
    status: 422,
    code: "TIME_IN_FORCE_NOT_ALLOWED",
  },
  {
    what: "postOnly with IOC",
    body: with_({ postOnly: true, timeInForce: "IOC" }),
    status: 422,
    code: "POST_ONLY_NOT_ALLOWED",
  },
  {
    what: "a GTD without its end",
    body: with_({ timeInForce: "GTD" }),
    status: 422,
    code: "EXPIRE_AT_REQUIRED",
  },
  {
    what: "an end in the past",
    body: with_({ timeInForce: "GTD", expireAt: "2020-01-01T00:00:00.000Z" }),
    status: 422,
    code: "EXPIRE_AT_IN_THE_PAST",
  },
  {
    what: "a client order id with a space",
    body: with_({ clientOrderId: "a b" }),
    status: 400,
    code: "VALIDATION_FAILED",
    pointer: "/clientOrderId",
  },
];

describe("POST /orders refuses, sends nothing and stores nothing, with a code of its own:", () => {
  test.each(ROWS)("$what → $status $code", async (row) => {
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
    for (const row of ROWS) {
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
      ORDER,
      with_({ price: "50000.001" }),
      with_({ colour: "red" }),
      { op: "explode" },
      { op: "cancel" },
      7,
      ORDER,
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
  const many = await ask("POST", "/api/v1/orders/batch", { orders: Array(101).fill(ORDER) });
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
  const answer = await ask("POST", "/api/v1/orders", ORDER, { "idempotency-key": key });
  expect([answer.status, answer.body["code"]]).toEqual([status, "MALFORMED_IDEMPOTENCY_KEY"]);
  expect(publisher.published).toEqual([]);
});
