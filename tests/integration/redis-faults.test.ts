import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type BookUpdate, FencedError, UnavailableError } from "../../engine/ports.ts";
import type { PrivateService } from "../../infra/dev/services/private-service.ts";
import { startRedis } from "../../infra/dev/services/redis.ts";
import { waitFor } from "../../infra/dev/services/wait.ts";
import { committedChannel, RedisCommittedStream } from "../../infra/redis/committed-rows.ts";
import type { RedisEvent } from "../../infra/redis/connection.ts";
import { RedisMarketDataReader } from "../../infra/redis/market-data-reader.ts";
import { RedisMarketDataStream } from "../../infra/redis/market-data-stream.ts";
import { RedisMarketDataWriter } from "../../infra/redis/market-data-writer.ts";
import { RedisNonces } from "../../infra/redis/nonces.ts";
import { RedisSnapshotStore } from "../../infra/redis/snapshot-store.ts";
import { change, full, level, trade } from "../contract/market-data.ts";
import { snapshot } from "../contract/snapshot-store.ts";

/** What happens to books and snapshots when Redis is emptied, evicts, restarts, hangs or goes away. */

const SYMBOL = 7;
const DEADLINE_MS = 20_000;

let server: PrivateService;
let admin: Redis;
let opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  server = await startRedis();
  admin = new Redis(server.url);
  admin.on("error", () => undefined); // it is restarted under this connection
});
afterEach(async () => {
  for (const each of opened) await each.close();
  opened = [];
  await server.start();
});
afterAll(async () => {
  admin.disconnect();
  await server.remove();
});

async function open(keyPrefix = `test:${randomUUID()}:`, commandTimeoutMs = 2_000) {
  const options = { url: server.url, keyPrefix, commandTimeoutMs };
  const writer = new RedisMarketDataWriter(options);
  const reader = new RedisMarketDataReader(options);
  const stream = new RedisMarketDataStream(options);
  const snapshots = new RedisSnapshotStore(options);
  const all = [writer, reader, stream, snapshots];
  opened.push(...all);
  await Promise.all(all.map((each) => each.waitUntilReady(DEADLINE_MS)));
  return { writer, reader, stream, snapshots, keyPrefix };
}

describe("market data in Redis", () => {
  it("reports symbols whose book was emptied, which are then unknown until a full update", async () => {
    const { writer, reader } = await open();
    await writer.write([full({ sequence: 1, bids: [level(10, 1)] })]);
    await admin.flushall();
    expect(await reader.depth(SYMBOL, 5)).toBeNull();
    const next = change({ previousSequence: 1, sequence: 2, bids: [level(11, 1)], trades: [trade(1)] });
    expect(await writer.write([next])).toEqual([SYMBOL]);
    expect(await reader.depth(SYMBOL, 5)).toBeNull();
    expect(await writer.write([full({ sequence: 2, bids: [level(11, 1), level(10, 1)] })])).toEqual([]);
    expect((await reader.depth(SYMBOL, 5))?.bids).toEqual([level(11, 1), level(10, 1)]);
    expect(await reader.recentTrades(SYMBOL, 5)).toEqual([trade(1)]);
  });

  it("notices that one side of a book was evicted", async () => {
    const { writer, reader, keyPrefix } = await open();
    await writer.write([full({ sequence: 1, bids: [level(10, 1)], asks: [level(11, 1)] })]);
    await admin.del(`${keyPrefix}book:{${SYMBOL}}:asks`);
    expect(await reader.depth(SYMBOL, 5)).toBeNull();
    expect(await writer.write([change({ previousSequence: 1, sequence: 2 })])).toEqual([SYMBOL]);
  });

  it("goes on when Redis forgets its scripts", async () => {
    const { writer, reader } = await open();
    await writer.write([full({ sequence: 1 })]);
    await admin.script("FLUSH");
    const updates = [1, 2, 3].map((i) =>
      change({ previousSequence: i, sequence: i + 1, bids: [level(10, i)], trades: [trade(i)] }),
    );
    expect(await writer.write(updates)).toEqual([]);
    expect(await reader.depth(SYMBOL, 5)).toMatchObject({ sequence: 4, bids: [level(10, 3)] });
    expect((await reader.recentTrades(SYMBOL, 5)).length).toBe(3);
  });

  it("fails at once while Redis is away, and recovers by itself with what was kept", async () => {
    const { writer, reader, snapshots } = await open();
    await writer.write([full({ sequence: 1, bids: [level(10, 1)] })]);
    await server.stop();
    const write = () => writer.write([change({ previousSequence: 1, sequence: 2, bids: [level(9, 1)] })]);
    for (const attempt of [
      write,
      () => reader.depth(SYMBOL, 5),
      () => reader.recentTrades(SYMBOL, 5),
      () => snapshots.save(snapshot({})),
      () => snapshots.list("main"),
    ]) {
      const begun = performance.now();
      await expect(attempt()).rejects.toBeInstanceOf(UnavailableError);
      expect(performance.now() - begun).toBeLessThan(1_900); // well below the command's own time limit
    }
    await waitFor("the writer to notice", DEADLINE_MS, () => (writer.healthy() ? undefined : true));
    await server.start();
    expect(await waitFor("the writer to recover", DEADLINE_MS, write)).toEqual([]);
    const depth = await waitFor("the reader to recover", DEADLINE_MS, () => reader.depth(SYMBOL, 5));
    expect(depth).toMatchObject({ sequence: 2, bids: [level(10, 1), level(9, 1)] });
  });

  it("ends with the right book and no trade twice when Redis is killed in the middle of writes", async () => {
    const { writer, reader } = await open();
    let sequence = 1;
    await writer.write([full({ sequence, bids: [level(10, 1)] })]);
    let killed: Promise<void> | null = null;
    let faults = 0;
    while (sequence < 400 || killed === null) {
      const next = change({
        previousSequence: sequence,
        sequence: sequence + 1,
        bids: [level(10, sequence + 1)],
        trades: [trade(sequence + 1)],
      });
      if (sequence === 200) killed ??= server.kill().then(() => server.start());
      try {
        const lost = await writer.write([next]);
        if (lost.length > 0) await writer.write([{ ...next, full: true }]);
        sequence += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(UnavailableError);
        faults += 1;
        await killed;
        await waitFor("the writer to recover", DEADLINE_MS, () => writer.healthy() || undefined);
      }
    }
    expect(faults).toBeGreaterThan(0);
    const ids = (await reader.recentTrades(SYMBOL, 1_000)).map(({ tradeId }) => tradeId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual([...ids].sort().reverse());
    expect(await reader.depth(SYMBOL, 5)).toMatchObject({ sequence, bids: [level(10, sequence)] });
  });

  it("is read and listened to without any right to write", async () => {
    const { writer, keyPrefix } = await open();
    const rights = ["-@all", "+@read", "+@transaction", "+@pubsub", "+@connection", "+info", "-publish"];
    await admin.acl("SETUSER", "api", "on", ">secret", "~*", "&*", ...rights);
    const url = new URL(server.url);
    url.username = "api";
    url.password = "secret";
    const reader = new RedisMarketDataReader({ url: url.href, keyPrefix });
    const stream = new RedisMarketDataStream({ url: url.href, keyPrefix });
    opened.push(reader, stream);
    await Promise.all([reader.waitUntilReady(DEADLINE_MS), stream.waitUntilReady(DEADLINE_MS)]);
    const updates: (BookUpdate | null)[] = [];
    await stream.subscribe(SYMBOL, (update) => updates.push(update));
    await writer.write([full({ sequence: 1, bids: [level(10, 1)], trades: [trade(1)] })]);
    expect(await reader.depth(SYMBOL, 5)).toMatchObject({ sequence: 1, bids: [level(10, 1)] });
    expect(await reader.recentTrades(SYMBOL, 5)).toEqual([trade(1)]);
    await waitFor("the update", DEADLINE_MS, () => updates.length > 0 || undefined);
  });

  it("takes a message that it cannot read for one that was missed, and tells of it", async () => {
    const { keyPrefix } = await open();
    const refusals: (string | undefined)[] = [];
    const options = {
      url: server.url,
      keyPrefix,
      observe: ({ type, code }: RedisEvent) => void (type === "refused" && refusals.push(code)),
    };
    const stream = new RedisMarketDataStream(options);
    const committed = new RedisCommittedStream(options);
    opened.push(stream, committed);
    await Promise.all([stream.waitUntilReady(DEADLINE_MS), committed.waitUntilReady(DEADLINE_MS)]);
    const told: unknown[] = [];
    await stream.subscribe(SYMBOL, (update) => told.push(update));
    await committed.subscribe("main", (row) => told.push(row));
    await admin.publish(`${keyPrefix}book:{${SYMBOL}}:updates`, "nothing of ours");
    await admin.publish(committedChannel(keyPrefix, "main"), "{torn\nrow");
    await waitFor("both messages", DEADLINE_MS, () => told.length === 2 || undefined);
    expect(told).toEqual([null, null]);
    expect(refusals).toEqual(["UNREADABLE", "UNREADABLE"]);
  });

  it("tells of committed rows that it may not fan out, and of nonces that it may not keep", async () => {
    const { keyPrefix } = await open();
    await admin.acl("SETUSER", "mute", "on", ">secret", "~*", "&*", "-@all", "+info");
    const url = new URL(server.url);
    url.username = "mute";
    url.password = "secret";
    const refusals: string[] = [];
    const options = {
      url: url.href,
      keyPrefix,
      observe: ({ type, connection, code }: RedisEvent) =>
        void (type === "refused" && refusals.push(`${connection}: ${code}`)),
    };
    const writer = new RedisMarketDataWriter(options);
    const nonces = new RedisNonces({ ...options, keptMs: 1_000 });
    opened.push(writer, nonces);
    await writer.waitUntilReady(DEADLINE_MS);
    writer.tellCommitted({
      group: "main",
      timeline: "0192a000-0000-7000-8000-000000000001",
      row: {
        epoch: 1,
        firstSequence: 1,
        lastSequence: 1,
        timeMs: 1,
        rulesVersion: 1,
        payload: new Uint8Array(1),
        hash: new Uint8Array(32),
      },
    });
    await waitFor("both refusals", DEADLINE_MS, () => new Set(refusals).size === 2 || undefined);
    expect([...new Set(refusals)].sort()).toEqual(["market data writer: NOPERM", "nonces: NOPERM"]);
  });

  it("hangs no command on its faults: it could hold a password or a book", async () => {
    const { keyPrefix } = await open();
    await admin.acl("SETUSER", "powerless", "on", ">secret", "~*", "&*", "-@all", "+info");
    const url = new URL(server.url);
    url.username = "powerless";
    url.password = "secret";
    const writer = new RedisMarketDataWriter({ url: url.href, keyPrefix });
    opened.push(writer);
    await writer.waitUntilReady(DEADLINE_MS);
    const book = full({ sequence: 1, bids: [level(123_454_321, 1)] });
    const fault: unknown = await writer.write([book]).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(UnavailableError);
    expect(inspect(fault, { depth: 9 })).not.toMatch(/secret|123454321/);
  });

  it("bounds the wait and the memory while Redis hangs", async () => {
    const { writer } = await open(undefined, 500);
    await writer.write([full({ sequence: 1 })]);
    process.kill(server.pid(), "SIGSTOP");
    try {
      const writes = Array.from({ length: 200 }, (_, i) =>
        writer.write([change({ previousSequence: i + 1, sequence: i + 2 })]),
      );
      const settled = await Promise.allSettled(writes);
      expect(settled.every((each) => each.status === "rejected")).toBe(true);
    } finally {
      process.kill(server.pid(), "SIGCONT");
    }
    const write = () => writer.write([full({ sequence: 500 })]);
    expect(await waitFor("the writer to recover", DEADLINE_MS, write)).toEqual([]);
  });
});

describe("the market data stream", () => {
  it("says that updates may be missing after every loss of its connection, and goes on", async () => {
    const { writer, stream } = await open();
    const updates: (BookUpdate | null)[] = [];
    await stream.subscribe(SYMBOL, (update) => updates.push(update));
    await writer.write([full({ sequence: 1 })]);
    await server.restart();
    await waitFor("the stream to say so", DEADLINE_MS, () => updates.includes(null) || undefined);
    const next = full({ sequence: 2 });
    await waitFor("the writer to recover", DEADLINE_MS, () => writer.write([next]));
    await waitFor("the update", DEADLINE_MS, () => updates.length >= 3 || undefined);
    expect(updates).toEqual([full({ sequence: 1 }), null, next]);
  });

  it("passes on null instead of a full update of thousands of levels", async () => {
    const { writer, reader, stream } = await open();
    const updates: (BookUpdate | null)[] = [];
    await stream.subscribe(SYMBOL, (update) => updates.push(update));
    const bids = Array.from({ length: 6_000 }, (_, i) => level(10_000 - i, 1));
    await writer.write([full({ sequence: 1, bids })]);
    await waitFor("the update", DEADLINE_MS, () => updates.length > 0 || undefined);
    expect(updates).toEqual([null]);
    expect((await reader.depth(SYMBOL, 10_000))?.bids).toEqual(bids);
  });

  it("leaves nothing for ever of a large book that was not put in place", async () => {
    const { writer, keyPrefix } = await open();
    await writer.write([full({ sequence: 9, epoch: 2 })]);
    const asks = Array.from({ length: 3_000 }, (_, i) => level(1_000 + i, 1));
    await expect(writer.write([full({ sequence: 10, asks })])).rejects.toBeInstanceOf(FencedError);
    for (const key of await admin.keys(`${keyPrefix}*:asks:*`)) {
      expect(await admin.ttl(key)).toBeGreaterThan(0);
    }
    await writer.write([full({ sequence: 10, epoch: 2, asks })]);
    expect(await admin.ttl(`${keyPrefix}book:{${SYMBOL}}:asks`)).toBe(-1);
  });

  it("finds out that a server hangs, and comes back", async () => {
    const { stream } = await open(undefined, 1_000);
    const updates: (BookUpdate | null)[] = [];
    await stream.subscribe(SYMBOL, (update) => updates.push(update));
    process.kill(server.pid(), "SIGSTOP");
    try {
      await waitFor("the stream to notice", DEADLINE_MS, () => (stream.healthy() ? undefined : true));
    } finally {
      process.kill(server.pid(), "SIGCONT");
    }
    await waitFor("the stream to say so", DEADLINE_MS, () => updates.includes(null) || undefined);
  });
});

describe("snapshots in Redis", () => {
  const OTHER_TIMELINE = "0192a000-0000-7000-8000-000000000002";

  it("takes a new timeline with lower epoch and sequence, drops the old one's, and refuses it from then on", async () => {
    const { snapshots } = await open();
    await snapshots.save(snapshot({ sequence: 100, epoch: 9 }));
    await snapshots.save(snapshot({ sequence: 40, epoch: 1, timeline: OTHER_TIMELINE }));
    expect((await snapshots.list("main")).map(({ sequence }) => sequence)).toEqual([40]);
    await expect(snapshots.save(snapshot({ sequence: 110, epoch: 10 }))).rejects.toBeInstanceOf(FencedError);
  });

  it("leaves out what is torn, altered or unreadable, and lists the rest", async () => {
    const { snapshots, keyPrefix } = await open();
    const body = (fill: number) => new Uint8Array(9 * 1_048_576).fill(fill);
    for (const sequence of [1, 2, 3]) await snapshots.save(snapshot({ sequence, body: body(sequence) }));
    const parts = await admin.keys(`${keyPrefix}snapshots:{main}:3-*:1`);
    await admin.del(...parts);
    expect((await snapshots.list("main")).map(({ sequence }) => sequence)).toEqual([2, 1]);
    const [altered = ""] = await admin.keys(`${keyPrefix}snapshots:{main}:2-*:0`);
    await admin.setrange(altered, 1_000, "x");
    expect((await snapshots.list("main")).map(({ sequence }) => sequence)).toEqual([1]);
    const entries = `${keyPrefix}snapshots:{main}:entries`;
    for (const id of await admin.hkeys(entries)) await admin.hset(entries, id, "{not json");
    expect(await snapshots.list("main")).toEqual([]);
  });

  it("keeps nothing of snapshots that were dropped, and nothing for ever of one that was not finished", async () => {
    const { snapshots, keyPrefix } = await open();
    for (let sequence = 1; sequence <= 6; sequence++) {
      await snapshots.save(snapshot({ sequence, body: new Uint8Array(5 * 1_048_576) }));
    }
    const keys = await admin.keys(`${keyPrefix}*`);
    expect(keys.length).toBe(3 + 3 * 2); // meta, index, entries; three bodies in two parts
    await expect(snapshots.save(snapshot({ epoch: 0, sequence: 7 }))).rejects.toBeInstanceOf(FencedError);
    for (const key of await admin.keys(`${keyPrefix}*:7-*`)) expect(await admin.ttl(key)).toBeGreaterThan(0);
  });

  it("starts afresh when Redis was emptied", async () => {
    const { snapshots } = await open();
    await snapshots.save(snapshot({ sequence: 10, epoch: 5 }));
    await admin.flushall();
    expect(await snapshots.list("main")).toEqual([]);
    await snapshots.save(snapshot({ sequence: 11, epoch: 5 }));
    expect((await snapshots.list("main")).map(({ sequence }) => sequence)).toEqual([11]);
  });
});
