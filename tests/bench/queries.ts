import postgres, { type Sql } from "postgres";
import { ApiPool } from "../../db/api-pool.ts";
import { PostgresApiReads } from "../../db/api-reads.ts";
import { PostgresCandleReads } from "../../db/candle-reads.ts";
import { migrate } from "../../db/migrator.ts";
import { startPostgres } from "../../infra/dev/services/postgres.ts";
import { Progress } from "../../infra/tools/replay/progress.ts";
import { type BenchOptions, type BenchRow, percentileOf, rowOf } from "./bench-row.ts";
import { type FillSize, fillHistory } from "./queries-fill.ts";
import { type TypicalQuery, typicalQueries } from "./typical-queries.ts";

/**
 * What typical questions take on a history of years: 10 million orders and as many trades over 60
 * months of partitions (`--rows` for another number), on a PostgreSQL of its own with its default
 * memory, asked one at a time through the API's own pool, decoding included. Each question is asked
 * with other values every time, so that what it reads is not what was just read.
 *
 * Left out: writers beside it, and a disk slower than this machine's.
 */

const FULL: FillSize = { rows: 10_000_000, months: 60 };
const QUICK: FillSize = { rows: 20_000, months: 3 };
const ROUNDS = 3;

export async function benchQueries({ quick, rows = null }: BenchOptions): Promise<BenchRow[]> {
  const usual = quick ? QUICK : FULL;
  const size = rows === null ? usual : { ...usual, rows };
  const server = await startPostgres({ durable: false });
  try {
    await migrate(server.url);
    await fill(server.url, size);
    return await measure(server.url, quick ? 5 : 300);
  } finally {
    await server.remove();
  }
}

async function fill(url: string, size: FillSize): Promise<void> {
  const sql = postgres(url, { max: 1, max_lifetime: null, onnotice: () => undefined });
  const progress = new Progress(
    { isTTY: process.stderr.isTTY === true, write: (text) => void process.stderr.write(text) },
    undefined,
    "orders and trades",
  );
  try {
    await fillHistory(sql, size, (done, total) => progress.at(done, done / total));
  } finally {
    progress.end();
    await sql.end({ timeout: 5 });
  }
}

async function measure(url: string, runs: number): Promise<BenchRow[]> {
  const pool = new ApiPool({ url, maxConnections: 1, timeoutMs: 60_000 });
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    const queries = await typicalQueries(sql, {
      pool,
      reads: new PostgresApiReads(pool),
      candles: new PostgresCandleReads(pool),
    });
    const measured: BenchRow[] = [];
    for (const query of queries) measured.push(await measureQuery(sql, query, runs));
    return measured;
  } finally {
    await pool.close();
    await sql.end({ timeout: 5 });
  }
}

async function measureQuery(sql: Sql, { name, ask, plan }: TypicalQuery, runs: number): Promise<BenchRow> {
  for (let i = 0; i < Math.min(20, runs); i++) await ask(i);
  const p99s: number[] = [];
  const p50s: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const tookMs: number[] = [];
    for (let i = 0; i < runs; i++) {
      const startedMs = performance.now();
      await ask(20 + round * runs + i);
      tookMs.push(performance.now() - startedMs);
    }
    tookMs.sort((a, b) => a - b);
    p99s.push(percentileOf(tookMs, 0.99));
    p50s.push(percentileOf(tookMs, 0.5));
  }
  const { relations, indexes, scannedWhole } = await plan(sql);
  const reads = relations.length > 3 ? `${relations.length} tables and partitions` : relations.join(", ");
  const whole = scannedWhole.length === 0 ? "" : `; whole: ${scannedWhole.length}`;
  const note = `p50 ${percentileOf(
    p50s.sort((a, b) => a - b),
    0.5,
  ).toFixed(2)}; ${reads} by ${indexes.join(", ") || "no index"}${whole}`;
  return rowOf(`queries.${name}.p99`, "ms", p99s, { note });
}
