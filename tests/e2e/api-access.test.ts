import { randomBytes, randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { waitFor } from "../../infra/dev/services/wait.ts";
import { type Stack, startStack } from "../../infra/dev/stack/stack.ts";
import { HttpCaller } from "../support/http-caller.ts";
import { type ClientKey, hmacKey, signedHeaders } from "../support/signing.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";

/**
 * Access across two API processes, with a Redis that goes away and comes back empty: keys and their
 * revocation, nonces, limits, and the operators' calls on record.
 */

const WINDOW_MS = 1_000;
const RATES = { ORDERS: "20/20s", CANCELS: "30/20s", READS: "1000/s", ADDRESS: "5000/s" };
const DEADLINE_MS = 30_000;
const ORDER = { symbol: "BTC/USDT", side: "BUY", type: "LIMIT", quantity: "0.01", price: "1000.00" };

let stack: Stack;
let wire: TcpProxy;

beforeAll(async () => {
  const settings = {
    TRADE_ENGINE_AUTH_SIGNATURE_WINDOW: `${WINDOW_MS}ms`,
    TRADE_ENGINE_AUTH_KEY_ENCRYPTION_KEYS: `test:${randomBytes(32).toString("base64")}`,
    ...Object.fromEntries(Object.entries(RATES).map(([name, rate]) => [`TRADE_ENGINE_LIMITS_${name}`, rate])),
  };
  stack = await startStack({
    apis: 2,
    engines: 1,
    group: "main",
    runtime: "deno",
    durable: false,
    logFormat: "json",
    environmentOf: (program) => (program.startsWith("api-") ? settings : {}),
    addressOf: async (service, program) => {
      if (service.kind !== "Redis" || !program.startsWith("api-")) return service.url;
      wire ??= await TcpProxy.to(service.url);
      return wire.through(service.url);
    },
    onLine: () => undefined,
    onProgress: () => undefined,
  });
});

afterAll(async () => {
  await stack?.stop();
  await wire?.close();
});

function url(pod: number): string {
  const api = stack.apis[pod];
  if (api === undefined) throw new Error("no such API process");
  return api.url;
}

async function newKey(userId: string): Promise<ClientKey> {
  const body = { name: "a key", kind: "HMAC_SHA256", scopes: ["read", "trade"] };
  const made = await new HttpCaller(url(0), userId).call("POST", "/api-keys", body);
  expect(made.status).toBe(201);
  return hmacKey(made.body.apiKey.keyId, made.body.secret);
}

interface Got {
  readonly status: number;
  readonly code: string;
  readonly orderId: string;
  readonly headers: Headers;
}

interface Sent {
  readonly nonce?: string;
  readonly timestampMs?: number;
}

/** A signed request to one of the pods. */
async function signed(
  pod: number,
  key: ClientKey,
  method: string,
  path: string,
  body?: object,
  sent: Sent = {},
): Promise<Got> {
  const target = `/api/v1${path}`;
  const text = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers = {
    ...signedHeaders(key, { method, target, ...text, ...sent }),
    "content-type": "application/json",
  };
  const response = await fetch(`${url(pod)}${target}`, { method, headers, ...text });
  const answer = (await response.json()) as { code?: string; orderId?: string };
  return {
    status: response.status,
    code: answer.code ?? "",
    orderId: answer.orderId ?? "",
    headers: response.headers,
  };
}

const place = (pod: number, key: ClientKey, sent: Sent = {}) =>
  signed(pod, key, "POST", "/orders", ORDER, sent);

/** Until both pods take signed orders again. A batch without an order is refused by its form: it counts as none. */
async function untilOpen(key: ClientKey): Promise<void> {
  for (const pod of [0, 1]) {
    await waitFor(`signed orders on pod ${pod}`, DEADLINE_MS, async () => {
      const { status, code } = await signed(pod, key, "POST", "/orders/batch", { orders: [] });
      if (status !== 400) throw new Error(code);
      return true as const;
    });
  }
}

async function untilClosed(pod: number, key: ClientKey): Promise<void> {
  await waitFor(`pod ${pod} to refuse signed orders`, DEADLINE_MS, async () => {
    const { code } = await signed(pod, key, "POST", "/orders/batch", { orders: [] });
    if (code !== "NONCES_UNAVAILABLE") throw new Error(code);
    return true as const;
  });
}

test("a request signed once counts once, whichever pod it is sent to", async () => {
  const key = await newKey("once");
  await untilOpen(key);
  const same = { nonce: randomUUID(), timestampMs: Date.now() };
  const answers = await Promise.all(Array.from({ length: 10 }, (_, at) => place(at % 2, key, same)));
  const codes = answers.map(({ status, code }) => (status === 201 ? "placed" : code)).sort();
  expect(codes).toEqual([...Array(9).fill("NONCE_REUSED"), "placed"]);
});

test("a limit is one for all pods; orders, cancels and reads are counted apart; a batch counts its orders", async () => {
  const caller = (pod: number) => new HttpCaller(url(pod), "eager");
  const batch = { orders: Array.from({ length: 15 }, () => ORDER) };
  const first = await caller(0).call("POST", "/orders/batch", batch);
  expect([first.status, first.headers.get("ratelimit-limit")]).toEqual([200, "20"]);
  expect(Number(first.headers.get("ratelimit-remaining"))).toBeLessThanOrEqual(6);
  const more = await caller(1).call("POST", "/orders/batch", batch);
  expect([more.status, more.body.code]).toEqual([429, "RATE_LIMITED"]);
  expect(Number(more.headers.get("retry-after"))).toBeGreaterThan(0);
  const singles = await Promise.all(
    Array.from({ length: 12 }, (_, at) => caller(at % 2).place("BUY", "0.01", "1000.00")),
  );
  const placed = singles.filter(({ status }) => status === 201);
  expect(placed.length).toBeGreaterThanOrEqual(5);
  expect(placed.length).toBeLessThanOrEqual(8);
  expect((await caller(1).call("DELETE", `/orders/${placed[0]?.body.orderId}`)).status).toBe(200);
  expect((await caller(1).get("/orders")).status).toBe(200);
  expect((await new HttpCaller(url(1), "other").place("BUY", "0.01", "1000.00")).status).toBe(201);
});

test("a revoked key counts on no pod from the moment on that it is told, with Redis away", async () => {
  const key = await newKey("leaver");
  const read = (pod: number) => signed(pod, key, "GET", "/orders");
  for (const pod of [0, 1]) expect((await read(pod)).status).toBe(200);
  wire.stall();
  try {
    let isRevoked = false;
    const revoking = new HttpCaller(url(0), "leaver")
      .call("DELETE", `/api-keys/${key.keyId}`)
      .then(({ status }) => {
        expect(status).toBe(200);
        isRevoked = true;
      });
    let before = 0;
    while (!isRevoked) {
      await Promise.all([read(0), read(1)]);
      before += 1;
    }
    await revoking;
    const after = await Promise.all(Array.from({ length: 20 }, (_, at) => read(at % 2)));
    expect(before).toBeGreaterThan(0);
    expect(new Set(after.map(({ code }) => code))).toEqual(new Set(["API_KEY_REVOKED"]));
  } finally {
    wire.revive();
  }
});

test("Redis away: tokens trade on, each pod counting for itself; signed orders stop, signed reads and cancels do not", async () => {
  const key = await newKey("signer");
  await untilOpen(key);
  const resting = await place(0, key);
  expect(resting.status).toBe(201);
  const bearer = (pod: number) => new HttpCaller(url(pod), "bearer");
  wire.stall();
  wire.cut();
  try {
    for (const pod of [0, 1]) await untilClosed(pod, key);
    expect((await signed(0, key, "GET", "/orders")).status).toBe(200);
    const cancelled = await signed(1, key, "DELETE", `/orders/${resting.orderId}`);
    expect(cancelled.status).toBe(200);
    for (const pod of [0, 1]) {
      const batch = { orders: Array.from({ length: 15 }, () => ORDER) };
      const answers = [
        await bearer(pod).call("POST", "/orders/batch", batch),
        await bearer(pod).call("POST", "/orders/batch", batch),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 429]);
    }
  } finally {
    wire.revive();
    wire.cut();
  }
  // What was signed before may be sent again: no signed order for a window after Redis is back.
  await untilOpen(key);
  expect((await place(1, key)).status).toBe(201);
});

test("Redis emptied: signed orders stop for a window, and what was signed before is not taken again", async () => {
  const key = await newKey("patient");
  await untilOpen(key);
  const before = { nonce: randomUUID(), timestampMs: Date.now() };
  expect((await place(0, key, before)).status).toBe(201);
  const redis = new Redis(stack.redis.url);
  await redis.flushall();
  redis.disconnect();
  const replayed = await place(1, key, before);
  expect([replayed.status, replayed.code]).toEqual([503, "NONCES_UNAVAILABLE"]);
  expect(Number(replayed.headers.get("retry-after"))).toBeGreaterThan(0);
  const fresh = await place(0, key);
  expect(fresh.code).toBe("NONCES_UNAVAILABLE");
  await untilOpen(key);
  expect((await place(1, key, before)).code).toBe("TIMESTAMP_OUTSIDE_WINDOW");
  expect((await place(1, key)).status).toBe(201);
});

test("an operator's call stands on record twice, before it is carried out and with its answer", async () => {
  const operator = new HttpCaller(url(0), "operator");
  const body = { status: "HALTED" };
  const halted = await operator.call("PATCH", "/admin/symbols/BTC-USDT", body, {
    headers: { "x-request-id": "audit-1" },
  });
  expect(halted.status).toBe(200);
  await operator.call("PATCH", "/admin/symbols/BTC-USDT", { status: "ACTIVE" });
  const sql = postgres(stack.postgres.url, { max: 1 });
  try {
    const rows = await sql`
      select phase, user_id, method, target, body, status from admin_audit
      where request_id = 'audit-1' order by audit_id`;
    const call = { user_id: "operator", method: "PATCH", target: "/api/v1/admin/symbols/BTC-USDT" };
    expect([...rows]).toEqual([
      { ...call, phase: "ASKED", body: JSON.stringify(body), status: null },
      { ...call, phase: "ANSWERED", body: null, status: 200 },
    ]);
  } finally {
    await sql.end();
  }
});

test("operators read how far a group is, and its history command by command", async () => {
  const operator = new HttpCaller(url(1), "operator");
  const placed = await new HttpCaller(url(0), "told").place("BUY", "0.01", "1000.00");
  const engines = await operator.get("/admin/engines");
  const [group] = engines.body.groups;
  expect(group).toMatchObject({ group: "main", symbols: expect.arrayContaining(["BTC/USDT"]) });
  expect(group.sequence).toBeGreaterThanOrEqual(placed.body.sequence);
  const after = placed.body.sequence - 1;
  const page = await operator.get(`/admin/events?group=main&after=${after}&limit=1`);
  expect(page.body).toMatchObject({
    events: [{ sequence: placed.body.sequence, kind: "PLACE", code: null, trades: [] }],
    nextAfter: placed.body.sequence,
  });
  expect(page.body.events[0].orders[0]).toMatchObject({ orderId: placed.body.orderId, userId: "told" });
  const all: number[] = [];
  for (let from = 0; ; ) {
    const { events, nextAfter } = (await operator.get(`/admin/events?group=main&after=${from}&limit=7`)).body;
    if (nextAfter === from) break;
    all.push(...events.map((event: { sequence: number }) => event.sequence));
    from = nextAfter;
  }
  expect(all).toEqual(all.map((_, at) => at + 1));
  const none = await operator.get("/admin/events?group=nowhere");
  expect([none.status, none.body.code]).toEqual([404, "GROUP_NOT_FOUND"]);
});
