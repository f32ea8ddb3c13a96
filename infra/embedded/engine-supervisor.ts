import { setImmediate } from "node:timers";
import postgres from "postgres";
import { openEngineRecords } from "../../db/engine-records.ts";
import { createPostgresSnapshotStore } from "../../db/snapshot-store.ts";
import {
  DEFAULT_ENGINE_SETTINGS,
  type EngineEnd,
  type EngineObserver,
  type EngineSettings,
  type EngineState,
  type Timers,
} from "../../engine/engine-ports.ts";
import type { Clock, CommandConsumer, EventPublisher, MarketDataWriter } from "../../engine/ports.ts";
import { Engine } from "../../engine/runner.ts";
import type { Logger } from "../telemetry/logger.ts";

/**
 * The engine of the one-process run. Where a process of its own would exit and be started again, it
 * is made anew here: its memory, its connection and its consumer.
 */

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** An engine that lived as long as this had got over what ended the one before. */
const STEADY_AFTER_MS = 30_000;

export interface SupervisedEngineOptions {
  readonly url: string;
  readonly settings: Partial<EngineSettings> & { readonly group: string };
  readonly consumer: (group: string) => CommandConsumer;
  readonly events: EventPublisher;
  readonly marketData: MarketDataWriter;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class SupervisedEngine {
  readonly #options: SupervisedEngineOptions;
  #engine: Engine | null = null;
  #state: EngineState = "starting";
  #stopping = false;
  readonly #running: Promise<void>;
  #resolveActive: () => void = () => undefined;
  /** Resolves when it matches for the first time. */
  readonly active: Promise<void>;
  #resolveGivenUp: (words: string) => void = () => undefined;
  /** Resolves, with the reason in words, when there is no use in starting it again. */
  readonly givenUp: Promise<string>;

  constructor(options: SupervisedEngineOptions) {
    this.#options = options;
    this.active = new Promise((resolve) => {
      this.#resolveActive = resolve;
    });
    this.givenUp = new Promise((resolve) => {
      this.#resolveGivenUp = resolve;
    });
    this.#running = this.#run();
  }

  /** True while it matches. */
  get isActive(): boolean {
    return this.#state === "active";
  }

  /** Resolves when what was matched is committed and told, and a snapshot is left. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#engine?.stop();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { logger, clock } = this.#options;
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.#stopping) {
      const startedMs = clock.nowMs();
      const end = await this.#runOnce();
      if (end.reason === "stopped" || this.#stopping) return;
      if (end.reason === "history-refused") {
        this.#resolveGivenUp(end.cause.message);
        return;
      }
      if (clock.nowMs() - startedMs > STEADY_AFTER_MS) pauseMs = FIRST_PAUSE_MS;
      logger.warn({ reason: end.reason, pauseMs, ...causeOf(end) }, "the engine ended; starting another");
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  async #runOnce(): Promise<EngineEnd> {
    const { url, settings, consumer, events, marketData, clock, logger } = this.#options;
    const records = openEngineRecords({ url });
    const snapshots = postgres(url, { max: 1, fetch_types: false, onnotice: () => undefined });
    const engine = new Engine(
      {
        consumer: consumer(settings.group),
        records,
        snapshotStores: [createPostgresSnapshotStore(snapshots)],
        events,
        marketData,
        clock,
        timers: systemTimers,
        observer: this.#observer(logger),
      },
      { ...DEFAULT_ENGINE_SETTINGS, ...settings },
    );
    this.#engine = engine;
    try {
      return await engine.run();
    } finally {
      this.#engine = null;
      await Promise.allSettled([records.close(), snapshots.end({ timeout: 1 })]);
    }
  }

  #observer(logger: Logger): EngineObserver {
    return {
      stateChanged: (state) => {
        this.#state = state;
        if (state === "active") this.#resolveActive();
        logger.debug({ state }, "engine state");
      },
      snapshotPassedOver: (store, sequence, reason) =>
        logger.warn({ store, sequence, reason }, "snapshot passed over"),
      recovered: (recovery) => logger.info(recovery, "recovered"),
      committed: (commit) => logger.debug(commit, "committed"),
      snapshotSaved: (store, sequence, bytes) => logger.debug({ store, sequence, bytes }, "snapshot saved"),
      degraded: (what, err) => logger.warn({ what, err }, "degraded"),
      malformed: (sequence, bytes) => logger.error({ sequence, bytes }, "undecodable command refused"),
      poisonRefused: (commandId, sequence) =>
        logger.error({ commandId, sequence }, "poisonous command refused"),
      duplicates: (count) => logger.debug({ count }, "duplicates answered"),
      eventsPublished: (sequence, count) => logger.debug({ sequence, count }, "events published"),
    };
  }
}

function causeOf(end: EngineEnd): object {
  return "cause" in end ? { err: end.cause } : {};
}

const systemTimers: Timers = {
  schedule(afterMs, callback) {
    const timer = setTimeout(callback, afterMs);
    return () => clearTimeout(timer);
  },
  breathe: () => new Promise((resolve) => setImmediate(resolve)),
};
