import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { orderBody } from "../../api/convert/order-body.ts";
import type { JournalRow } from "../../db/queries/journal.ts";
import { ALL_SYMBOLS, type SymbolRow } from "../../db/queries/symbols.ts";
import { toSymbolSpec } from "../../db/symbol-rows.ts";
import { CommandKind } from "../../engine/core/terms.ts";
import { eventsOf } from "../../engine/outbound-events.ts";
import { readEntries } from "../../engine/wire/journal.ts";
import { decodeOutcome } from "../../engine/wire/outcome-codec.ts";
import { toBatch } from "../../infra/tools/audit/journal-walk.ts";
import { hashOf } from "../chaos/event-watch.ts";
import { Told, type ToldCommand } from "../chaos/told.ts";
import type { SeenEvents, Verdict } from "../chaos/verdict.ts";
import { verify } from "../chaos/verify.ts";
import { PLAIN } from "../model/profiles.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { tradeInto } from "../support/engine/traded-database.ts";

/** The chaos run's proof has to fail when something is wrong: every kind of wrong, planted by hand. */

let database: TestDatabase;
let sql: Sql;
let places: ToldCommand[];
let events: Map<string, string>;

beforeAll(async () => {
  database = await createTestDatabase();
  await tradeInto(database.url, { profile: PLAIN, commands: 300, seed: 5 });
  sql = postgres(database.url, { max: 1, onnotice: () => undefined });
  places = [];
  events = new Map();
  const specs = new Map(
    (await sql.unsafe<SymbolRow[]>(ALL_SYMBOLS)).map((row) => [row.symbol_number, toSymbolSpec(row)]),
  );
  const [group] = await sql<{ timeline: string }[]>`select timeline from engine_groups`;
  const origin = {
    group: "main",
    timeline: group?.timeline ?? "",
    symbolOf: (symbol: number) => specs.get(symbol),
  };
  for (const row of await sql.unsafe<JournalRow[]>("select * from journal order by first_sequence")) {
    const batch = toBatch(row);
    for (const event of eventsOf(batch, origin)) events.set(event.id, hashOf(event.body));
    for (const entry of readEntries(batch)) {
      const outcome = decodeOutcome(entry.outcome);
      await sql`
        insert into idempotency_keys (user_id, route, key, body_hash, command_id, lease_until, response_status)
        values ('u', 'any', ${outcome.sequence}, '\\x00', ${outcome.commandId}, now(), 201)`;
      const [order] = outcome.orders;
      const spec = specs.get(order?.symbol ?? 0);
      if (outcome.kind !== CommandKind.Place || outcome.code !== 0 || !order || !spec) continue;
      const answer = { status: 201, body: orderBody(order, spec) };
      const key = String(outcome.sequence);
      places.push({ word: "place", userId: order.userId, key, target: null, answer, ackOnly: false });
    }
  }
});

afterAll(async () => {
  await sql.end({ timeout: 5 });
  await database.drop();
});

function seenEvents(seen = new Map(events), order = [...seen.keys()]): SeenEvents {
  return { seen, order, changed: [], sinceSequence: 1 };
}

function verdictOn(commands: readonly ToldCommand[], seen = seenEvents()): Promise<Verdict> {
  const told = new Told();
  for (const command of commands) told.add(command);
  return verify(database.url, told, seen);
}

function changed(command: ToldCommand, fields: object): ToldCommand {
  return { ...command, answer: { status: 201, body: { ...(command.answer.body as object), ...fields } } };
}

describe("the verdict on what was told", () => {
  it("finds nothing in the truth", async () => {
    expect(places.length).toBeGreaterThan(50);
    expect(events.size).toBeGreaterThan(10);
    const { journaled, acknowledged, events: all, ...wrong } = await verdictOn(places);
    expect(wrong).toEqual({
      lost: [],
      doubled: [],
      contradicted: [],
      uncommittedEvents: [],
      missedEvents: [],
      disorderedEvents: [],
    });
    expect([journaled > 0, acknowledged, all]).toEqual([true, places.length, events.size]);
  });

  it("finds an acknowledged order that is not in the journal", async () => {
    const [first] = places as [ToldCommand];
    expect((await verdictOn([changed(first, { sequence: 999_999 })])).lost).toHaveLength(1);
  });

  it("finds an order told otherwise than it was committed", async () => {
    const [first] = places as [ToldCommand];
    const { contradicted } = await verdictOn([changed(first, { filledQuantity: "12345.000" })]);
    expect(contradicted).toHaveLength(1);
  });

  it("finds two commands that were told the same sequence", async () => {
    const [first] = places as [ToldCommand];
    expect((await verdictOn([first, { ...first, key: "another" }])).contradicted).toHaveLength(1);
  });

  it("finds a refused order that was accepted", async () => {
    const [first] = places as [ToldCommand];
    const { orderId } = first.answer.body as { orderId: string };
    const refused = { ...first, answer: { status: 422, body: { code: "POST_ONLY_WOULD_CROSS", orderId } } };
    expect((await verdictOn([refused])).contradicted).toHaveLength(1);
  });

  it("finds a command that took effect though its key stands for another", async () => {
    const [first] = places as [ToldCommand];
    const id = (first.answer.body as { orderId: string }).orderId;
    await sql`update idempotency_keys set command_id = gen_random_uuid() where command_id = ${id}`;
    expect((await verdictOn([])).doubled).toHaveLength(1);
    await sql`update idempotency_keys set command_id = ${id} where key = ${first.key}`;
  });

  it("finds a kept 202 of a command that never was", async () => {
    await sql`
      insert into idempotency_keys (user_id, route, key, body_hash, command_id, lease_until, response_status)
      values ('u', 'any', 'acked', '\\x00', gen_random_uuid(), now(), 202)`;
    expect((await verdictOn([])).lost).toHaveLength(1);
    await sql`delete from idempotency_keys where key = 'acked'`;
  });

  it("finds events that are missing, of nothing committed, other than committed, and out of order", async () => {
    const ids = [...events.keys()];
    const [first = "", second = ""] = ids;
    const lacking = new Map(events);
    lacking.delete(first);
    expect((await verdictOn([], seenEvents(lacking))).missedEvents).toEqual([first]);
    const invented = new Map(events).set("t:main:7:orders.X-Y.open:0", "hash");
    expect((await verdictOn([], seenEvents(invented))).uncommittedEvents).toHaveLength(1);
    const other = new Map(events).set(second, "other");
    expect((await verdictOn([], seenEvents(other))).uncommittedEvents).toHaveLength(1);
    const backwards = seenEvents(new Map(events), [...ids].reverse());
    expect((await verdictOn([], backwards)).disorderedEvents.length).toBeGreaterThan(0);
  });
});
