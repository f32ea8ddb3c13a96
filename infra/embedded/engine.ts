import postgres from "postgres";
import { openEngineRecords } from "../../db/engine-records.ts";
import { createPostgresSnapshotStore } from "../../db/snapshot-store.ts";
import type {
  EngineEnd,
  EngineHoldings,
  EngineObserver,
  EngineSettings,
  EngineState,
} from "../../engine/engine-ports.ts";
import type { CommandConsumer, EventPublisher, MarketDataWriter } from "../../engine/ports.ts";
import { type RunningEngine, startEngine } from "../../engine/supervise.ts";
import { systemClock, systemTimers } from "../system-time.ts";
import { logEngine, newEngineStatus } from "../telemetry/engine-log.ts";
import { measureEngine } from "../telemetry/engine-metrics.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { observedBy } from "../telemetry/observed-by.ts";
import type { Tracing } from "../telemetry/tracing-ports.ts";

/**
 * The engine of the one-process run. Where a process of its own would exit and be started again, it
 * is made anew here, with a memory, a connection and a consumer of its own.
 */

export interface EmbeddedEngineOptions {
  /** Straight to PostgreSQL. */
  readonly url: string;
  readonly settings: EngineSettings;
  readonly consumer: () => CommandConsumer;
  readonly events: EventPublisher;
  readonly marketData: MarketDataWriter;
  readonly logger: Logger;
  /** Who measures and follows it; nobody unless given. */
  readonly telemetry?: EngineTelemetry;
}

export interface EngineTelemetry {
  readonly metrics: Metrics;
  readonly tracing: Tracing | null;
  /** Messages on a group's queue. */
  queueMessages(group: string): Promise<number>;
}

export interface EmbeddedEngine {
  readonly group: string;
  /** Resolves when it matches for the first time. */
  readonly active: Promise<void>;
  /** True while it matches. */
  isActive(): boolean;
  /** Resolves when there is no use in starting it again. */
  readonly ended: Promise<EngineEnd>;
  /** Resolves when what was matched is committed and told, and a snapshot is left. */
  stop(): Promise<void>;
}

export function startEmbeddedEngine(options: EmbeddedEngineOptions): EmbeddedEngine {
  const { url, settings, consumer, events, marketData, logger } = options;
  const status = newEngineStatus();
  const observer = observedBy(
    logEngine(logger, status),
    ...telemetryOf(options, () => running.current()?.holdings() ?? null),
  );
  let becameActive: () => void = () => undefined;
  const active = new Promise<void>((resolve) => {
    becameActive = resolve;
  });
  const stateChanged = (state: EngineState) => {
    observer.stateChanged(state);
    if (state === "active") becameActive();
  };
  const running: RunningEngine = startEngine({
    settings,
    timers: systemTimers,
    open: async () => {
      const records = openEngineRecords({ url });
      // A large snapshot must not hold up the connection that commits.
      const snapshots = postgres(url, { max: 1, fetch_types: false, onnotice: () => undefined });
      return {
        ports: {
          consumer: consumer(),
          records,
          snapshotStores: [createPostgresSnapshotStore(snapshots)],
          events,
          marketData,
          clock: systemClock,
          timers: systemTimers,
          observer: { ...observer, stateChanged },
        },
        close: async () => {
          await Promise.allSettled([records.close(), snapshots.end({ timeout: 1 })]);
        },
      };
    },
    restarts: (end) => end.reason !== "history-refused",
    retrying: (cause, afterMs) => {
      if (cause instanceof Error) logger.warn({ err: cause, afterMs }, "cannot start, tries again");
      else logger.warn({ end: cause, afterMs }, "ended, tries again");
    },
  });
  return {
    group: settings.group,
    active,
    isActive: () => status.state === "active",
    ended: running.ended,
    stop: () => running.stop(),
  };
}

function telemetryOf(
  { telemetry, settings: { group } }: EmbeddedEngineOptions,
  holdings: () => EngineHoldings | null,
): Partial<EngineObserver>[] {
  if (telemetry === undefined) return [];
  const { metrics, tracing } = telemetry;
  const queueMessages = () => telemetry.queueMessages(group);
  const measuring = measureEngine(metrics, { group, holdings, queueMessages });
  return tracing === null ? [measuring] : [measuring, tracing.engine(group)];
}
