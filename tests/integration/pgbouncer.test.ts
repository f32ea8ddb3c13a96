import { randomUUID } from "node:crypto";
import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiPool } from "../../db/api-pool.ts";
import { PostgresApiReads } from "../../db/api-reads.ts";
import { openEngineRecords } from "../../db/engine-records.ts";
import { PostgresIdempotencyStore } from "../../db/idempotency-store.ts";
import { migrate } from "../../db/migrator.ts";
import { ensurePartitions } from "../../db/partitions.ts";
import { leadsThroughPool, PooledConnectionError } from "../../db/pooled-connection.ts";
import { OrderStatus } from "../../engine/core/terms.ts";
import { type EngineRecords, UnavailableError } from "../../engine/ports.ts";
import { startPgbouncer } from "../../infra/dev/services/pgbouncer.ts";
import type { PrivateService } from "../../infra/dev/services/private-service.ts";
import { waitFor } from "../../infra/dev/services/wait.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { endOfProcess, startEngineProcess } from "../support/engine/engine-program.ts";
import { TcpProxy } from "../support/tcp-proxy.ts";
import { anId, anOrder, HistoryWriter } from "./records/history-writer.ts";

/** The API's side of the records through a real PgBouncer in transaction mode; everybody else past it. */

/** More than PgBouncer has connections to PostgreSQL (20). */
const MANY = 60;

let database: TestDatabase;
let pgbouncer: PrivateService;
let sql: Sql;
let pool: ApiPool;
let records: EngineRecords;
let writer: HistoryWriter;

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate(database.url);
  sql = postgres(database.url, { max: 2, onnotice: () => undefined });
  await ensurePartitions(sql, new Date());
  pgbouncer = await startPgbouncer(database.url);
  pool = new ApiPool({ url: pgbouncer.url, maxConnections: MANY, prepare: false });
  records = openEngineRecords({ url: database.url });
  writer = await HistoryWriter.open(records);
});

afterAll(async () => {
  await records.close();
  await pool.close();
  await sql.end({ timeout: 5 });
  await pgbouncer.remove();
  await database.drop();
});

describe("through PgBouncer", () => {
  it("gives each statement whichever connection is free", async () => {
    const asked = await Promise.all(
      Array.from({ length: MANY }, () =>
        pool.read<{ pid: number }>("select pg_backend_pid() as pid, pg_sleep(0.02)"),
      ),
    );
    const backends = new Set(asked.map(([row]) => row?.pid));
    expect(backends.size).toBeGreaterThan(1);
    expect(backends.size).toBeLessThanOrEqual(20);
  });

  it("reads orders, lists and symbols with parameters, as often as asked, on any connection", async () => {
    const reads = new PostgresApiReads(pool);
    const orders = [anOrder(), anOrder({ status: OrderStatus.Filled })];
    await writer.commit({ entered: orders });
    const ids = Array.from({ length: MANY }, (_, at) => orders[at % 2]?.state.orderId as string);
    const found = await Promise.all(ids.map((id) => reads.order(id)));
    expect(found).toEqual(ids.map((_, at) => orders[at % 2]));
    expect(await reads.order(anId(Date.now()))).toBeNull();
    expect((await reads.listSymbols()).length).toBeGreaterThan(0);
  });

  it("lets one of many that come at once win an idempotency key", async () => {
    const store = new PostgresIdempotencyStore(pool);
    const key = randomUUID();
    const claims = await Promise.all(
      Array.from({ length: MANY }, () =>
        store.claim({
          userId: "pooled",
          route: "POST /orders",
          key,
          bodyHash: new Uint8Array(32),
          commandId: randomUUID(),
        }),
      ),
    );
    expect(claims.filter(({ state }) => state === "won")).toHaveLength(1);
  });

  it("answers again after PgBouncer was killed", async () => {
    await pgbouncer.kill();
    await expect(pool.read("select 1")).rejects.toBeInstanceOf(UnavailableError);
    await pgbouncer.start();
    const answer = await waitFor("an answer", 20_000, () => pool.read<{ one: number }>("select 1 as one"));
    expect(answer).toEqual([{ one: 1 }]);
  });
});

describe("what needs a session", () => {
  it("tells PgBouncer from PostgreSQL, and from a wire that only passes bytes on", async () => {
    const wire = await TcpProxy.to(database.url);
    expect(await leadsThroughPool(pgbouncer.url)).toBe(true);
    expect(await leadsThroughPool(database.url)).toBe(false);
    expect(await leadsThroughPool(wire.through(database.url))).toBe(false);
    await wire.close();
  });

  it("the engine refuses to start through PgBouncer, in one line that names the setting", async () => {
    for (const [setting, environment] of [
      ["database.url", { TRADE_ENGINE_DATABASE_URL: pgbouncer.url }],
      [
        "database.direct_url",
        { TRADE_ENGINE_DATABASE_URL: database.url, TRADE_ENGINE_DATABASE_DIRECT_URL: pgbouncer.url },
      ],
    ] as const) {
      const engine = startEngineProcess(environment);
      expect(await endOfProcess(engine.child)).toBe(2);
      const said = engine.lines
        .map((line) => line["msg"])
        .filter((line) => String(line).startsWith("database."));
      expect(said).toEqual([
        `${setting}: leads through a connection pool (PgBouncer): give the address of PostgreSQL itself`,
      ]);
    }
  });

  it("migrations refuse it too, and touch nothing", async () => {
    await expect(migrate(pgbouncer.url)).rejects.toBeInstanceOf(PooledConnectionError);
  });
});
