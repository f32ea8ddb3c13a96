import { setTimeout as pause } from "node:timers/promises";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startPgbouncer } from "../../infra/dev/services/pgbouncer.ts";
import type { PrivateService } from "../../infra/dev/services/private-service.ts";
import { waitFor } from "../../infra/dev/services/wait.ts";
import type { Member } from "../../infra/dev/stack/member.ts";
import { type Stack, type StackApi, startStack } from "../../infra/dev/stack/stack.ts";
import { HttpCaller, type Json } from "../support/http-caller.ts";

/**
 * Every program of the system is asked to stop and comes again, one after the other, as a rolling update does it,
 * while orders come in. The API reaches PostgreSQL through PgBouncer; what follows readiness is the test's own
 * balancer, which sends no request twice.
 */

const TRADERS = 8;
/** Longer than two looks at `/ready`. */
const DRAIN_DELAY_MS = 800;
const LOOK_EVERY_MS = 100;
/** An answer within this is a result (`server.result_timeout`); after it, it would be "on its way". */
const RESULT_WITHIN_MS = 5_000;

interface Told {
  readonly orderId: string;
  readonly status: number;
  readonly tookMs: number;
}

let stack: Stack;
let pgbouncer: PrivateService | undefined;
const printed: string[] = [];
const ready = new Set<string>();
let isLooking = true;
let looking: Promise<unknown>;
const told: Told[] = [];
const faults: unknown[] = [];
let isTrading = false;

beforeAll(async () => {
  let pooled: Promise<PrivateService> | undefined;
  stack = await startStack({
    apis: 2,
    engines: 2,
    group: "main",
    runtime: "deno",
    durable: false,
    logFormat: "json",
    addressOf: async (service, program) => {
      if (service.kind !== "PostgreSQL" || !program.startsWith("api")) return service.url;
      pooled ??= startPgbouncer(service.url);
      pgbouncer = await pooled;
      return pgbouncer.url;
    },
    environmentOf: (program) =>
      program.startsWith("api")
        ? {
            TRADE_ENGINE_DATABASE_TRANSACTION_POOL: "true",
            TRADE_ENGINE_SERVER_DRAIN_DELAY: `${DRAIN_DELAY_MS}ms`,
          }
        : {},
    onLine: (name, line) => printed.push(`${name} ${line}`),
    onProgress: () => undefined,
  });
  looking = Promise.all(stack.apis.map(lookAt));
  await waitFor("both API processes to be seen ready", 30_000, () => ready.size === 2 || undefined);
});

afterAll(async () => {
  isLooking = false;
  isTrading = false;
  await looking;
  await stack?.stop();
  await pgbouncer?.remove();
});

/** What a balancer does: an API process gets requests while it says that it is ready. */
async function lookAt({ url }: StackApi): Promise<void> {
  while (isLooking) {
    const isReady = await fetch(`${url}/ready`).then(
      async (response) => (await response.text()) !== "" && response.ok,
      () => false,
    );
    if (isReady) ready.add(url);
    else ready.delete(url);
    await pause(LOOK_EVERY_MS);
  }
}

/** Orders without an end, each sent once, to an API process that is ready; buys and sells that cross. */
async function trade(trader: number): Promise<void> {
  for (let at = 0; isTrading; at += 1) {
    const urls = [...ready];
    const url = urls[at % Math.max(1, urls.length)];
    if (url === undefined) {
      await pause(LOOK_EVERY_MS);
      continue;
    }
    const startedAt = performance.now();
    try {
      const side = (at + trader) % 2 === 0 ? "BUY" : "SELL";
      const { status, body } = await new HttpCaller(url, `trader-${trader}`).place(side, "0.01", "50000.00");
      told.push({ orderId: body.orderId, status, tookMs: performance.now() - startedAt });
    } catch (error) {
      faults.push(error);
    }
  }
}

/** Asks a program to stop, and waits until it has ended by itself and the next one is ready. */
async function replace(member: Member, url: string): Promise<void> {
  const pid = member.pid();
  const before = printed.length;
  member.signal("SIGTERM");
  await waitFor(`${member.name} to be replaced`, 60_000, () => member.pid() !== pid || undefined);
  expect(printed.slice(before)).toContainEqual(
    expect.stringMatching(new RegExp(`^${member.name} ended with exit code 0`)),
  );
  await waitFor(`${member.name} to be ready again`, 60_000, async () => {
    const response = await fetch(`${url}/ready`);
    await response.text();
    return response.ok || undefined;
  });
}

describe("a rolling update under load", () => {
  it("answers every order, each with its result, while all API processes and engines are replaced", async () => {
    isTrading = true;
    const trading = Promise.all(Array.from({ length: TRADERS }, (_, trader) => trade(trader)));
    await waitFor("some orders", 30_000, () => told.length > 50 || undefined);
    for (const api of stack.apis) {
      await replace(api, api.url);
      await waitFor(`${api.name} to get requests`, 10_000, () => ready.has(api.url) || undefined);
    }
    for (const engine of stack.engines) await replace(engine, engine.probesUrl);
    isTrading = false;
    await trading;
    expect(faults).toEqual([]);
    expect(told.filter(({ status }) => status !== 201)).toEqual([]);
    const slowestMs = Math.max(...told.map(({ tookMs }) => tookMs));
    console.log(`${told.length} orders answered; the slowest in ${slowestMs.toFixed(0)} ms`);
    expect(slowestMs).toBeLessThan(RESULT_WITHIN_MS);
  }, 240_000);

  it("leaves every answered order on record once, and a journal without gaps", async () => {
    const sql = postgres(stack.postgres.url, { max: 1 });
    const orders = await sql<
      Json[]
    >`select count(*)::int as all, count(distinct order_id)::int as different from orders`;
    const rows = await sql<Json[]>`select first_sequence, last_sequence from journal order by last_sequence`;
    await sql.end();
    expect(new Set(told.map(({ orderId }) => orderId)).size).toBe(told.length);
    expect(orders[0]).toEqual({ all: told.length, different: told.length });
    let expected = Number(rows[0]?.first_sequence);
    for (const { first_sequence, last_sequence } of rows) {
      expect(Number(first_sequence)).toBe(expected);
      expected = Number(last_sequence) + 1;
    }
  });
});
