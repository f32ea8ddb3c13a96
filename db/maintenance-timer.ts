import type { Sql } from "postgres";
import { type MaintenanceReport, maintain } from "./maintenance.ts";
import type { PartitionHealth } from "./partition-health.ts";

export interface MaintenanceTimerOptions {
  readonly everyMs: number;
  /** A turn was taken, by this process or (`ran` is false) not. */
  readonly turned?: (report: MaintenanceReport) => void;
  /** Partitions that are to be looked at, as they are after a turn. */
  readonly concerned?: (health: readonly PartitionHealth[]) => void;
  /** A turn failed; the next one comes soon. */
  readonly failed?: (cause: unknown) => void;
  /** Done in the same turn, by whichever process asks. */
  readonly also?: () => Promise<unknown>;
}

export interface MaintenanceTimer {
  /** Settles when the first turn has been taken, whatever became of it. */
  readonly first: Promise<void>;
  /** As the last turn found it; empty before the first. */
  health(): readonly PartitionHealth[];
  /** No further turn begins. */
  stop(): void;
}

/** After a turn that failed: the database may be away for a moment. */
const AGAIN_AFTER_MS = 60_000;

/** Maintenance now, and from then on by the clock. Any number of processes may: one at a time works. */
export function startMaintenance(sql: Sql, options: MaintenanceTimerOptions): MaintenanceTimer {
  const { everyMs, turned, concerned, failed, also } = options;
  let health: readonly PartitionHealth[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  async function turn(): Promise<void> {
    let nextMs = everyMs;
    try {
      const report = await maintain(sql);
      health = report.health;
      turned?.(report);
      const poor = health.filter(({ status }) => status !== "ok");
      if (poor.length > 0) concerned?.(poor);
      await also?.();
    } catch (cause) {
      nextMs = Math.min(everyMs, AGAIN_AFTER_MS);
      if (!stopped) failed?.(cause);
    }
    if (!stopped) timer = setTimeout(() => void turn(), nextMs);
  }

  return {
    first: turn(),
    health: () => health,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
