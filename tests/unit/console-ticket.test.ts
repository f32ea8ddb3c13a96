import { createHash, createHmac, generateKeyPairSync, verify } from "node:crypto";
import { describe, expect, test } from "vitest";
import { problem } from "../../api/problem.ts";
import { placeOrderSchema } from "../../api/schemas/order.ts";
import { placeListSchema } from "../../api/schemas/order-list.ts";
import { sign, signingKey } from "../../console/net/signer.js";
import { type Draft, emptyDraft, faultsOf, requestOf, timeInForce } from "../../console/ticket/draft.js";

/** What the console's ticket makes of what is typed, and how it signs. */

const drafted = (changes: Partial<Draft>): Draft => ({ ...emptyDraft(), ...changes });

describe("the request", () => {
  const amounts = {
    price: "50000",
    quantity: "1",
    stopPrice: "51000",
    trailingDelta: "150",
    quoteQuantity: "10",
  };

  test.each(["LIMIT", "MARKET", "STOP", "STOP_LIMIT", "TRAILING_STOP"] as const)(
    "of %s is one that the API takes",
    (kind) => {
      const { path, body } = requestOf(drafted({ ...amounts, kind }), "BTC/USDT");
      expect(path).toBe("/orders");
      expect(placeOrderSchema.safeParse(body).error).toBeUndefined();
      expect(body["type"]).toBe(kind);
    },
  );

  test("of an OCO list has both legs", () => {
    const { path, body } = requestOf(
      drafted({ ...amounts, kind: "OCO", side: "SELL", stopLimitPrice: "49900", postOnly: true }),
      "BTC/USDT",
    );
    expect(path).toBe("/order-lists");
    expect(placeListSchema.safeParse(body).error).toBeUndefined();
    expect(body).toMatchObject({
      limit: { price: "50000", postOnly: true },
      stop: { stopPrice: "51000", price: "49900" },
    });
  });

  test("leaves out what the type does not have, whatever another type left in the ticket", () => {
    const { body } = requestOf(
      drafted({ ...amounts, kind: "MARKET", postOnly: true, displayQuantity: "0.1", timeInForce: "GTD" }),
      "BTC/USDT",
    );
    expect(Object.keys(body).sort()).toEqual([
      "quantity",
      "responseType",
      "side",
      "symbol",
      "timeInForce",
      "type",
    ]);
    expect(timeInForce(drafted({ kind: "MARKET", timeInForce: "GTC" }))).toBe("IOC");
  });

  test("sends amounts as they were typed: the server judges them", () => {
    expect(requestOf(drafted({ price: "1e5", quantity: "-1" }), "BTC/USDT").body).toMatchObject({
      price: "1e5",
      quantity: "-1",
    });
  });
});

describe("a refusal", () => {
  test("points at fields, those of a list's legs too", () => {
    const errors = [
      { pointer: "/stop/price", code: "PRICE_NOT_ON_TICK", detail: "a multiple of 0.01" } as const,
    ];
    const faults = faultsOf(problem("PRICE_NOT_ON_TICK", { errors }), drafted({ kind: "OCO" }));
    expect([...faults]).toEqual([["stopLimitPrice", "a multiple of 0.01"]]);
  });

  test("without a pointer stands beside the field that its code is about", () => {
    expect([
      ...faultsOf(problem("NOTIONAL_TOO_SMALL"), drafted({ kind: "MARKET", sizeBy: "quoteQuantity" })).keys(),
    ]).toEqual(["quoteQuantity"]);
    expect([...faultsOf(problem("STOP_WOULD_TRIGGER"), drafted({ kind: "STOP" })).keys()]).toEqual([
      "stopPrice",
    ]);
    expect([...faultsOf(problem("SYMBOL_HALTED"), drafted({})).keys()]).toEqual([]);
  });
});

describe("a signed request", () => {
  const request = {
    method: "POST",
    target: "/api/v1/orders?symbol=BTC%2FUSDT",
    body: '{"a":1}',
    timestampMs: 1_700_000_000_000,
  };
  const textOf = (nonce: string) =>
    `1700000000000\n${nonce}\nPOST\n${request.target}\n${createHash("sha256").update(request.body).digest("hex")}`;

  test("by HMAC is what the server computes", async () => {
    const { nonce, signature, apiKey } = await sign(await signingKey("key-1", "HMAC", "s3cret"), request);
    expect(apiKey).toBe("key-1");
    expect(signature).toBe(createHmac("sha256", "s3cret").update(textOf(nonce)).digest("hex"));
  });

  test("by Ed25519 holds against the public key", async () => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const pem = String(privateKey.export({ format: "pem", type: "pkcs8" }));
    const { nonce, signature } = await sign(await signingKey("key-1", "Ed25519", pem), request);
    expect(verify(null, Buffer.from(textOf(nonce)), publicKey, Buffer.from(signature, "hex"))).toBe(true);
  });

  test("never comes of a secret that is none", async () => {
    await expect(signingKey("key-1", "Ed25519", "not a key")).rejects.toThrow("no Ed25519 private key");
  });
});
