import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { ApiClient, ApiUnreachableError } from "../../../infra/tools/api-client/client.ts";
import { BatchSender } from "../../../infra/tools/replay/batch-sender.ts";
import type { FlowCommand } from "../../../infra/tools/replay/flow-command.ts";

/** A server of a script: one answer a request, in order. */
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

interface Seen {
  readonly key: string | undefined;
  readonly body: string;
}

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(answers: readonly Answer[]): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Uint8Array[] = [];
    request.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    request.on("end", () => {
      const key = request.headers["idempotency-key"];
      seen.push({ key: typeof key === "string" ? key : undefined, body: Buffer.concat(chunks).toString() });
      const answer = answers[Math.min(seen.length, answers.length) - 1] as Answer;
      answer(request, response);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const json =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_request, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  };
const hangUp: Answer = (request) => void request.socket.destroy();
const post = { method: "POST", path: "/x", body: { a: 1 }, idempotencyKey: "k" } as const;

describe("an answer that is not certain", () => {
  test.each([
    ["a lost connection", hangUp],
    ["503", json(503, { code: "NOT_PLACED" })],
    ["500", json(500, { code: "INTERNAL_ERROR" })],
    ["429", json(429, {})],
    ["a key in flight", json(409, { code: "IDEMPOTENCY_KEY_IN_FLIGHT" })],
    ["PENDING", json(202, { status: "PENDING" })],
  ])("is asked for again under the same key: %s", async (_what, doubtful) => {
    const { url, seen } = await serve([doubtful, doubtful, json(201, { ok: true })]);
    const retries: number[] = [];
    const client = new ApiClient({
      urls: [url],
      token: "t",
      onRetry: (_reason, attempt) => retries.push(attempt),
    });
    expect(await client.ask(post)).toEqual({ status: 201, body: { ok: true } });
    expect(seen).toEqual(Array.from({ length: 3 }, () => ({ key: "k", body: '{"a":1}' })));
    expect(retries).toEqual([1, 2]);
  });

  test("pauses as long as the API asks for", async () => {
    const { url } = await serve([json(429, {}, { "retry-after": "1" }), json(200, {})]);
    const startedMs = performance.now();
    await new ApiClient({ urls: [url], token: "t" }).ask(post);
    expect(performance.now() - startedMs).toBeGreaterThan(990);
  });

  test("ends in an error that says why when none comes in time", async () => {
    const { url } = await serve([
      json(503, { code: "QUEUE_UNAVAILABLE", title: "The queue cannot be reached" }),
    ]);
    const client = new ApiClient({ urls: [url], token: "t", giveUpAfterMs: 200 });
    await expect(client.ask(post)).rejects.toThrow(ApiUnreachableError);
    await expect(client.ask(post)).rejects.toThrow(/QUEUE_UNAVAILABLE: The queue cannot be reached/);
  });

  test("is asked for at the next address, where there are several", async () => {
    const one = await serve([hangUp]);
    const other = await serve([json(201, { ok: true })]);
    const client = new ApiClient({ urls: [one.url, other.url], token: "t" });
    expect(await client.ask(post)).toEqual({ status: 201, body: { ok: true } });
    expect([one.seen, other.seen].map((seen) => seen.map(({ key }) => key))).toEqual([["k"], ["k"]]);
  });

  test("a refusal is certain at once", async () => {
    const { url, seen } = await serve([json(422, { code: "NOTIONAL_TOO_SMALL" })]);
    expect((await new ApiClient({ urls: [url], token: "t" }).ask(post)).status).toBe(422);
    expect(seen).toHaveLength(1);
  });
});

describe("batches of a replay", () => {
  const cancel = (id: string): FlowCommand => ({ op: "cancel", line: 1, ts: "", id });
  const mapping = { symbol: "A/B", priceScale: 1, quantityScale: 1, idPrefix: "" };
  const order = { status: 200, order: { orderId: "o", sequence: 4, fills: [] } };

  test("a batch with an item that is pending or was not placed is asked again, the same, before the next", async () => {
    const { url, seen } = await serve([
      json(200, { results: [order, { status: 202, order: { status: "PENDING" } }] }),
      hangUp,
      json(200, { results: [order, { status: 503, error: { code: "NOT_PLACED" } }] }),
      json(200, { results: [order, { status: 409, error: { code: "ORDER_NOT_OPEN" } }] }),
      json(200, { results: [order] }),
    ]);
    const sender = new BatchSender(new ApiClient({ urls: [url], token: "t" }), mapping, "run");
    const first = await sender.send([cancel("1"), cancel("2")]);
    const second = await sender.send([cancel("3")]);
    expect(first.map(({ refusal }) => refusal)).toEqual([null, "ORDER_NOT_OPEN"]);
    expect(second.map(({ sequence }) => sequence)).toEqual([4]);
    expect(seen.map(({ key }) => key)).toEqual(["run-1", "run-1", "run-1", "run-1", "run-2"]);
    expect(new Set(seen.slice(0, 4).map(({ body }) => body)).size).toBe(1);
  });

  test("an answer that does not fit the batch stops the replay", async () => {
    const { url } = await serve([json(200, { results: [] })]);
    const sender = new BatchSender(new ApiClient({ urls: [url], token: "t" }), mapping, "run");
    await expect(sender.send([cancel("1")])).rejects.toThrow("POST /api/v1/orders/batch: 200");
    const refused = await serve([json(401, { code: "UNAUTHENTICATED", title: "The request names nobody" })]);
    const stranger = new BatchSender(new ApiClient({ urls: [refused.url], token: "t" }), mapping, "run");
    await expect(stranger.send([cancel("1")])).rejects.toThrow(
      "401 UNAUTHENTICATED: The request names nobody",
    );
  });
});
