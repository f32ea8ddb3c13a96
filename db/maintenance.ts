import type { Sql } from "postgres";
import { onOwnConnection } from "./own-connection.ts";
import { type PartitionHealth, toPartitionHealth } from "./partition-health.ts";
import { DEFAULT_PARTITIONS_AHEAD, ensurePartitions, type PartitionsAhead } from "./partitions.ts";
import {
  DATABASE_NOW,
  DROP_NEXT_PAST_PARTITION,
  DROP_NEXT_PAST_PARTITION_AT,
  HOUSE_NEXT_STRAY,
  LEAVE_MAINTENANCE_LOCK,
  PARTITION_HEALTH,
  PARTITION_HEALTH_AT,
  type PartitionHealthRow,
  PURGE_PAST_CANDLES,
  PURGE_PAST_CANDLES_AT,
  TAKE_MAINTENANCE_LOCK,
} from "./queries/maintenance.ts";
import { verifySnapshots } from "./snapshot-verification.ts";

export interface MaintenanceOptions {
  /** In place of the database's clock: tests, which the owner of the tables runs. */
  readonly now?: Date;
  readonly ahead?: PartitionsAhead;
}

export interface MaintenanceReport {
  /** False: another process is at it, and this one has done nothing. */
  readonly ran: boolean;
  readonly made: readonly string[];
  /** Made for rows that were in a default partition. */
  readonly madeForStrays: readonly string[];
  readonly dropped: readonly string[];
  readonly candlesPurged: number;
  /** Groups whose snapshot was read back and found whole. */
  readonly verifiedSnapshots: readonly string[];
  /** As it is afterwards. */
  readonly health: readonly PartitionHealth[];
}

/** Of each symbol and interval in one statement: a delete of a few thousand rows holds nobody up. */
const CANDLES_A_STEP = 5_000;
const DAY_MS = 86_400_000;

/**
 * Keeps the records in order: partitions ahead of time, rows out of the default partitions, what is
 * past its retention gone. One process at a time; what is done is done in many small transactions,
 * while engines commit. Rejects when the database cannot be reached or a step fails (a table that
 * somebody reads for long, say): the steps before it stand, and the next turn goes on.
 * @param sql where to: this takes a connection of its own
 */
export async function maintain(sql: Sql, options: MaintenanceOptions = {}): Promise<MaintenanceReport> {
  return onOwnConnection(sql, async (own) => {
    const [lock] = await own.unsafe<{ taken: boolean }[]>(TAKE_MAINTENANCE_LOCK);
    if (lock?.taken !== true) return { ...NOTHING, health: await readHealth(own, options.now) };
    try {
      return await work(own, options);
    } finally {
      // The end of the connection does so as well, only later.
      await own.unsafe(LEAVE_MAINTENANCE_LOCK).catch(() => undefined);
    }
  });
}

const NOTHING: MaintenanceReport = {
  ran: false,
  made: [],
  madeForStrays: [],
  dropped: [],
  candlesPurged: 0,
  verifiedSnapshots: [],
  health: [],
};

async function work(sql: Sql, options: MaintenanceOptions): Promise<MaintenanceReport> {
  const { now: given, ahead = DEFAULT_PARTITIONS_AHEAD } = options;
  const now = given ?? (await databaseNow(sql));
  const made = await ensurePartitions(sql, now, ahead);
  const until = new Date(now.getTime() + ahead.journalDays * DAY_MS);
  const madeForStrays = await names(() => sql.unsafe<StepRow[]>(HOUSE_NEXT_STRAY, [until]));
  const dropPast = () =>
    names(() =>
      given === undefined
        ? sql.unsafe<StepRow[]>(DROP_NEXT_PAST_PARTITION)
        : sql.unsafe<StepRow[]>(DROP_NEXT_PAST_PARTITION_AT, [given]),
    );
  let dropped = await dropPast();
  let verifiedSnapshots: string[] = [];
  const before = await readHealth(sql, given);
  if (before.some(({ table, pastRetention }) => table === "journal" && pastRetention > 0)) {
    verifiedSnapshots = await verifySnapshots(sql);
    if (verifiedSnapshots.length > 0) dropped = [...dropped, ...(await dropPast())];
  }
  const candlesPurged = await purgeCandles(sql, given);
  const health = await readHealth(sql, given);
  return { ran: true, made, madeForStrays, dropped, candlesPurged, verifiedSnapshots, health };
}

interface StepRow {
  readonly name: string | null;
}

async function names(step: () => PromiseLike<readonly StepRow[]>): Promise<string[]> {
  const all: string[] = [];
  for (;;) {
    const [row] = await step();
    if (row === undefined || row.name === null) return all;
    all.push(row.name);
  }
}

async function purgeCandles(sql: Sql, now: Date | undefined): Promise<number> {
  for (let all = 0; ; ) {
    const [row] =
      now === undefined
        ? await sql.unsafe<{ gone: string }[]>(PURGE_PAST_CANDLES, [CANDLES_A_STEP])
        : await sql.unsafe<{ gone: string }[]>(PURGE_PAST_CANDLES_AT, [CANDLES_A_STEP, now]);
    const gone = Number(row?.gone ?? 0);
    all += gone;
    if (gone === 0) return all;
  }
}

async function databaseNow(sql: Sql): Promise<Date> {
  const [row] = await sql.unsafe<{ now: Date }[]>(DATABASE_NOW);
  return row?.now ?? new Date();
}

async function readHealth(sql: Sql, now: Date | undefined): Promise<PartitionHealth[]> {
  const rows =
    now === undefined
      ? await sql.unsafe<PartitionHealthRow[]>(PARTITION_HEALTH)
      : await sql.unsafe<PartitionHealthRow[]>(PARTITION_HEALTH_AT, [now]);
  return rows.map(toPartitionHealth);
}
