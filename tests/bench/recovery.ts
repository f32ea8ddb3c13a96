import { Redis } from "ioredis";
import postgres from "postgres";
import { type BenchOptions, type BenchRow, medianOf, rowOf } from "./bench-row.ts";
import { BENCH_GROUP, BenchSystem } from "./pipeline-system.ts";
import { placeResting } from "./recovery-orders.ts";
import { measureTakeovers, type Takeover } from "./takeover.ts";

interface Size {
  readonly orders: number;
  readonly kills: number;
  readonly coldKills: number;
  readonly rungRuns: number;
}

const SIZES: readonly Size[] = [
  { orders: 100_000, kills: 20, coldKills: 5, rungRuns: 5 },
  { orders: 1_000_000, kills: 20, coldKills: 3, rungRuns: 3 },
];
const QUICK: readonly Size[] = [{ orders: 2_000, kills: 2, coldKills: 1, rungRuns: 1 }];

/** What is behind the newest snapshot when an engine is killed. */
const TAIL_ORDERS = 5_000;

/**
 * Real processes and real kills, under load over HTTP:
 *
 * - `recovery.warm`: time without an answer when the active engine is killed and a stand-by takes over, with
 *   100,000 orders resting; `recovery.warm.1000000` with a million;
 * - `recovery.cold.N`: the same with no stand-by, the next engine being started at once;
 * - `recovery.<rung>.N`: from the start of the process to active, by what the state is rebuilt from.
 *
 * `--rows N` measures with N orders resting, and with nothing else.
 */
export async function benchRecovery(options: BenchOptions): Promise<BenchRow[]> {
  const orders = options.rows ?? null;
  const sizes = orders === null ? SIZES : SIZES.slice(0, 1).map((size) => ({ ...size, orders }));
  const rows: BenchRow[] = [];
  for (const size of options.quick ? QUICK : sizes) rows.push(...(await benchSize(size, options.quick)));
  return rows;
}

async function benchSize(size: Size, quick: boolean): Promise<BenchRow[]> {
  const rate = quick ? 100 : 1_000;
  const tail = quick ? 500 : TAIL_ORDERS;
  const system = await BenchSystem.start();
  try {
    // Nobody stands by yet, and for a million orders it would stand still for seconds.
    const first = await system.startEngine({
      TRADE_ENGINE_ENGINE_SNAPSHOT_INTERVAL: "24h",
      TRADE_ENGINE_ENGINE_SNAPSHOT_EVERY_COMMANDS: "1000000000",
    });
    await first.reaches("active");
    await system.startApi();
    await placeResting(system, size.orders);
    const { warm, cold } = await measureTakeovers(system, first, {
      ...size,
      rate,
      awaitsSnapshot: size.orders > 200_000,
    });
    const suffix = size.orders === 100_000 ? "" : `.${size.orders}`;
    const rows = [
      ...gapRows(`recovery.warm${suffix}`, warm, `${size.orders} resting, ${rate} orders/s`),
      ...gapRows(`recovery.cold.${size.orders}`, cold, `${rate} orders/s; process start included`),
    ];
    await addTail(system, tail);
    for (const rung of ["redis", "postgres", "journal"] as const) {
      rows.push(await rungRow(system, rung, size));
    }
    return rows;
  } catch (cause) {
    throw new Error(`last lines of the engines:\n${system.lastLines(12)}`, { cause });
  } finally {
    await system.stop();
  }
}

function gapRows(name: string, takeovers: readonly Takeover[], words: string): BenchRow[] {
  const row = (suffix: string, of: (takeover: Takeover) => number, note: string): BenchRow =>
    rowOf(`${name}${suffix}`, "ms", takeovers.map(of), { note });
  return [
    row("", ({ gapMs }) => gapMs, `last answer before to first after; ${words}`),
    row(".deliver", ({ deliveredMs }) => deliveredMs, "kill to first delivery at the next engine"),
    row(".promote", ({ promotedMs }) => promotedMs, "first delivery to active"),
    row(".commit", ({ committedMs }) => committedMs, "active to first commit"),
  ];
}

/** Leaves commands behind the newest snapshot, as a kill does. */
async function addTail(system: BenchSystem, orders: number): Promise<void> {
  const engine = await system.startEngine({ TRADE_ENGINE_ENGINE_SNAPSHOT_INTERVAL: "24h" });
  await engine.reaches("active");
  await placeResting(system, orders);
  await engine.kill();
}

/** How long an engine takes from its start to active, when the rungs above this one have nothing. */
async function rungRow(
  system: BenchSystem,
  rung: "redis" | "postgres" | "journal",
  size: Size,
): Promise<BenchRow> {
  if (rung !== "redis") await emptyRedis(system);
  if (rung === "journal") await emptyPostgres(system);
  const wholeMs: number[] = [];
  const restoreMs: number[] = [];
  let replayed = 0;
  for (let run = 0; run < size.rungRuns; run++) {
    const engine = await system.startEngine();
    const recovered = await engine.said("recovered", ({ msg }) => msg === "recovered");
    const active = await engine.reaches("active");
    if (recovered["source"] !== rung) throw new Error(`recovered from ${String(recovered["source"])}`);
    wholeMs.push(active.time - engine.startedAtMs);
    restoreMs.push(Number(recovered["restoreMs"]));
    replayed = Number(recovered["replayedCommands"]);
    await engine.kill();
  }
  return rowOf(`recovery.${rung}.${size.orders}`, "ms", wholeMs, {
    note: `process start to active; snapshot read and restored in ${medianOf(restoreMs)}, ${replayed} commands replayed`,
  });
}

async function emptyRedis(system: BenchSystem): Promise<void> {
  const redis = new Redis(system.redis.url);
  await redis.flushall();
  redis.disconnect();
}

async function emptyPostgres(system: BenchSystem): Promise<void> {
  const sql = postgres(system.postgres.url, { max: 1, onnotice: () => undefined });
  await sql`delete from order_book_snapshots where symbol_group = ${BENCH_GROUP}`;
  await sql.end({ timeout: 5 });
}
