import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { waitFor } from "../../infra/dev/services/wait.ts";
import { freePort } from "../../infra/embedded/free-ports.ts";
import { catalogue } from "../../infra/telemetry/metric-catalogue.ts";
import { dataFolder, type EmbeddedRun, startEmbedded } from "../support/embedded-engine.ts";
import { HttpCaller } from "../support/http-caller.ts";

/** Metrics and traces of a running system, taken the way Prometheus and a trace collector take them. */

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
}

const files = dataFolder();
const spans: Span[] = [];
let collector: Server;
let run: EmbeddedRun;
let metricsPort: number;

beforeAll(async () => {
  collector = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", () => {
      const { resourceSpans } = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
      for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans);
      expect(request.url).toBe("/v1/traces");
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve));
  metricsPort = await freePort();
  run = await startEmbedded("deno", files.directory, {
    TRADE_ENGINE_TELEMETRY_METRICS_PORT: String(metricsPort),
    TRADE_ENGINE_TELEMETRY_TRACES: "true",
    TRADE_ENGINE_TELEMETRY_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
  });
});

afterAll(async () => {
  await run.stop();
  collector.close();
  files.remove();
});

const look = async (): Promise<string> => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();

/** The value of a series, by name and any of its labels. */
function seriesOf(text: string, name: string, ...labels: readonly string[]): number | undefined {
  const line = text
    .split("\n")
    .find(
      (each) =>
        (each.startsWith(`${name} `) || each.startsWith(`${name}{`)) &&
        labels.every((label) => each.includes(label)),
    );
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(" ") + 1));
}

describe("GET /metrics", () => {
  it("has every metric of the one list, with its help, and nothing else", async () => {
    const text = await look();
    const helps = [...text.matchAll(/^# HELP (\S+) (.+)$/gm)].map(([, name, help]) => [name, help]);
    expect(new Map(helps as [string, string][])).toEqual(
      new Map(Object.values(catalogue).map(({ name, help }) => [name, help])),
    );
  });

  it("tells of orders on their whole way", async () => {
    const before = await look();
    const alice = new HttpCaller(run.origin, "alice");
    for (let i = 0; i < 5; i++)
      expect((await alice.place("SELL", "0.01", `${60_000 + i}.00`)).status).toBe(201);
    expect((await alice.get("/orders/nothing-like-an-id")).status).toBe(400);
    const after = await look();
    const rise = (name: string, ...labels: readonly string[]): number =>
      (seriesOf(after, name, ...labels) ?? 0) - (seriesOf(before, name, ...labels) ?? 0);
    const route = 'route="/api/v1/orders"';
    expect(rise("trade_engine_http_request_duration_seconds_count", route, 'status="201"')).toBe(5);
    expect(
      rise("trade_engine_http_request_duration_seconds_count", "/api/v1/orders/:orderId", 'status="400"'),
    ).toBe(1);
    expect(rise("trade_engine_commands_published_total")).toBe(5);
    expect(rise("trade_engine_commands_confirmed_total", 'confirmation="durable"')).toBe(5);
    expect(rise("trade_engine_command_duration_seconds_count", 'group="main"')).toBe(5);
    expect(rise("trade_engine_commands_committed_total", 'group="main"')).toBe(5);
    expect(rise("trade_engine_commit_duration_seconds_count")).toBeGreaterThan(0);
    expect(rise("trade_engine_match_duration_seconds_count")).toBeGreaterThan(0);
    expect(rise("trade_engine_open_orders")).toBe(5);
    expect(rise("trade_engine_book_levels", 'symbol="BTC/USDT"', 'side="ask"')).toBe(5);
    expect(seriesOf(after, "trade_engine_engine_state", 'state="active"')).toBe(1);
    expect(seriesOf(after, "trade_engine_epoch")).toBe(1);
    expect(seriesOf(after, "trade_engine_queue_messages")).toBeDefined();
    expect(seriesOf(after, "trade_engine_recovery_duration_seconds")).toBeGreaterThan(0);
    expect(seriesOf(after, "process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
  });
});

describe("traces", () => {
  it("follow an order from the caller's own trace through the queue to the commit", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const caller = "b7ad6b7169203331";
    const alice = new HttpCaller(run.origin, "alice");
    const headers = { traceparent: `00-${traceId}-${caller}-01`, "x-request-id": "traced-1" };
    const { body } = await alice.place("SELL", "0.01", "61000.00", {}, { headers });
    const found = await waitFor("the four spans", 15_000, () => {
      const mine = spans.filter((span) => span.traceId === traceId);
      return mine.length >= 4 ? mine : undefined;
    });
    const named = (name: string): Span => found.find((span) => span.name === name) as Span;
    const [request, publish] = [named("POST /api/v1/orders"), named("queue.publish")];
    const [match, commit] = [named("engine.match"), named("engine.commit")];
    expect(request.parentSpanId).toBe(caller);
    expect(publish.parentSpanId).toBe(request.spanId);
    expect(match.parentSpanId).toBe(publish.spanId);
    expect(commit.parentSpanId).toBe(publish.spanId);
    expect(Number(BigInt(commit.endTimeUnixNano) - BigInt(match.startTimeUnixNano))).toBeGreaterThan(0);
    const attributes = (span: Span) => JSON.stringify(span.attributes);
    expect(attributes(request)).toContain("traced-1");
    expect(attributes(publish)).toContain(body.orderId);
    expect(attributes(commit)).toContain("trade_engine.sequence");
  });

  it("leave a caller alone who decided not to be followed", async () => {
    const traceId = "1af7651916cd43dd8448eb211c80319c";
    const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-00` };
    const alice = new HttpCaller(run.origin, "alice");
    await alice.place("SELL", "0.01", "61001.00", {}, { headers });
    const marker = "2af7651916cd43dd8448eb211c80319c";
    await alice.place(
      "SELL",
      "0.01",
      "61002.00",
      {},
      {
        headers: { traceparent: `00-${marker}-b7ad6b7169203331-01` },
      },
    );
    await waitFor("a later trace", 15_000, () => spans.some((span) => span.traceId === marker) || undefined);
    expect(spans.filter((span) => span.traceId === traceId)).toEqual([]);
  });
});
