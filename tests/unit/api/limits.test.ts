import fc from "fast-check";
import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import type { AppEnv } from "../../../api/context.ts";
import { Limits, type RateSettings } from "../../../api/limits/limits.ts";
import { LocalRates } from "../../../api/limits/local-rates.ts";
import { SharedRates } from "../../../api/limits/shared-rates.ts";
import { clientAddress } from "../../../api/middleware/client-address.ts";
import { breaksBetween } from "../../document/breaking.ts";

describe("rates", () => {
  test("in no stretch of time more comes through than the count and what has grown back since", async () => {
    const steps = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 1, max: 4 })), {
      minLength: 1,
      maxLength: 80,
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), steps, async (count, asked) => {
        let nowMs = 0;
        const rates = new LocalRates(() => nowMs);
        const passed: { atMs: number; cost: number }[] = [];
        for (const [pauseMs, cost] of asked) {
          nowMs += pauseMs;
          const [taken] = await rates.take([{ key: "k", count, periodMs: 1_000, cost }]);
          if (taken?.allowed === true) passed.push({ atMs: nowMs, cost: Math.min(cost, count) });
          else expect(taken?.retryAfterMs).toBeGreaterThan(0);
        }
        for (const [from, { atMs }] of passed.entries()) {
          let sum = 0;
          for (const one of passed.slice(from)) {
            sum += one.cost;
            expect(sum).toBeLessThanOrEqual(count + ((one.atMs - atMs) * count) / 1_000 + 0.01);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test("who waits as long as told is let through", async () => {
    let nowMs = 0;
    const rates = new LocalRates(() => nowMs);
    const ask = async () => (await rates.take([{ key: "k", count: 3, periodMs: 1_000, cost: 2 }]))[0];
    await ask();
    const refused = await ask();
    expect([refused?.allowed, refused?.remaining]).toEqual([false, 1]);
    nowMs += refused?.retryAfterMs ?? 0;
    expect((await ask())?.allowed).toBe(true);
  });

  test("while the shared counter is away each process counts for itself, and asks it again after a second", async () => {
    let nowMs = 0;
    let asked = 0;
    const away = {
      take: () => {
        asked += 1;
        return Promise.reject(new Error("away"));
      },
    };
    const rates = new SharedRates(away, () => nowMs);
    const ask = async () =>
      (await rates.take([{ key: "k", count: 1, periodMs: 10_000, cost: 1 }]))[0]?.allowed;
    expect([await ask(), await ask(), asked]).toEqual([true, false, 1]);
    nowMs = 1_000;
    expect([await ask(), asked]).toEqual([false, 2]);
  });
});

test("orders, cancels and reads are counted apart, keys and users apart, and an address for all", async () => {
  const one = { count: 1, periodMs: 60_000 };
  const settings: RateSettings = {
    orders: one,
    cancels: one,
    reads: null,
    address: { count: 4, periodMs: 60_000 },
  };
  const limits = new Limits(settings, new LocalRates());
  const caller = (keyId: string | null) => ({
    userId: "u",
    keyId,
    scopes: new Set<"trade">(),
    expiresAtMs: null,
  });
  const codeOf = (admitted: Promise<unknown>) =>
    admitted.then(
      () => "admitted",
      (error: { problem: { detail: string } }) => error.problem.detail,
    );
  expect(await codeOf(limits.admit("1.1.1.1", caller(null), "orders", 1))).toBe("admitted");
  expect(await codeOf(limits.admit("1.1.1.1", caller(null), "orders", 1))).toContain("orders");
  expect(await codeOf(limits.admit("1.1.1.1", caller(null), "cancels", 1))).toBe("admitted");
  expect(await codeOf(limits.admit("1.1.1.1", caller("k"), "orders", 1))).toBe("admitted");
  expect(await codeOf(limits.admit("1.1.1.1", null, "reads", 1))).toContain("address");
  expect(() => limits.refuseKnown("1.1.1.1")).toThrow();
  expect(await codeOf(limits.admit("2.2.2.2", null, "reads", 1))).toBe("admitted");
});

describe("whom a request comes from", () => {
  const seen = async (peerAddress: string, forwarded: string | null, trusted: readonly string[]) => {
    const app = new Hono<AppEnv>();
    app.use(clientAddress(trusted));
    app.get("/", (context) => context.text(context.get("address")));
    const headers: Record<string, string> = forwarded === null ? {} : { "x-forwarded-for": forwarded };
    return (await app.request("/", { headers }, { peerAddress })).text();
  };

  test.each([
    ["198.51.100.9", "203.0.113.7", [], "198.51.100.9"],
    ["198.51.100.9", "203.0.113.7", ["10.0.0.0/8"], "198.51.100.9"],
    ["10.0.0.1", "203.0.113.7", ["10.0.0.0/8"], "203.0.113.7"],
    ["10.0.0.1", "203.0.113.7, 198.51.100.9", ["10.0.0.0/8"], "198.51.100.9"],
    ["10.0.0.1", "203.0.113.7, 10.2.0.1", ["10.0.0.0/8"], "203.0.113.7"],
    ["::ffff:10.0.0.1", "2001:db8::1", ["10.0.0.0/8"], "2001:db8::1"],
    ["10.0.0.1", "nonsense", ["10.0.0.0/8"], "10.0.0.1"],
    ["10.0.0.1", null, ["10.0.0.0/8"], "10.0.0.1"],
  ] as const)("%s says %s, trusted %s: %s", async (peer, forwarded, trusted, expected) => {
    expect(await seen(peer, forwarded, trusted)).toBe(expected);
  });
});

describe("what breaks clients", () => {
  const schema = {
    type: "object",
    properties: { a: { type: "string" }, b: { enum: ["X", "Y"] } },
    required: ["a"],
  };
  const operation = (body: object, answer: object) => ({
    operationId: "op",
    parameters: [{ name: "p", in: "query", schema: { type: "integer", maximum: 10 } }],
    requestBody: { required: true, content: { "application/json": { schema: body } } },
    responses: { 200: { content: { "application/json": { schema: answer } } } },
  });
  const document = (post: object) => ({ paths: { "/x": { post } }, components: { schemas: {} } });
  const before = document(operation(schema, schema));
  const whats = (post: object) => breaksBetween(before, document(post)).map(({ what }) => what);

  test("additions break nobody", () => {
    const more = { ...schema, properties: { ...schema.properties, c: { type: "string" } } };
    expect(whats(operation(more, more))).toEqual([]);
    expect(breaksBetween({ paths: {} }, before)).toEqual([]);
  });

  test("what is gone, narrower or less certain does", () => {
    expect(breaksBetween(before, { paths: {} })).toEqual([{ operation: "op", what: "is gone" }]);
    const needed = { ...schema, required: ["a", "b"] };
    expect(whats(operation(needed, schema))).toEqual(["body.b: is needed now"]);
    const narrower = { ...schema, properties: { a: { type: "string" }, b: { enum: ["X"] } } };
    expect(whats(operation(narrower, schema))).toEqual(["body.b: takes no Y any more"]);
    expect(whats(operation(schema, { ...schema, required: [] }))).toEqual(["200.a: may be missing now"]);
    const nullable = { ...schema, properties: { ...schema.properties, a: { type: ["string", "null"] } } };
    expect(whats(operation(schema, nullable))).toEqual(["200.a: may be null now"]);
    const bounded = {
      ...operation(schema, schema),
      parameters: [{ name: "p", in: "query", required: true, schema: { type: "integer", maximum: 5 } }],
    };
    expect(whats(bounded)).toEqual(["needs query p now", "query p: has a lower maximum"]);
  });
});
