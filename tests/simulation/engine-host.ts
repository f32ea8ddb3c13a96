import type { EnginePorts, EngineSettings } from "../../engine/engine-ports.ts";
import { type OpenedPorts, type RunningEngine, startEngine } from "../../engine/supervise.ts";
import type { SimBroker } from "./broker.ts";
import type { Checks } from "./checks.ts";
import { SimConsumer } from "./consumer.ts";
import type { SimDatabase } from "./database.ts";
import type { Environment } from "./environment.ts";
import { SimEventPublisher } from "./event-exchange.ts";
import { type SimMarketData, SimMarketDataWriter } from "./market-data-store.ts";
import { countEnd, describe, observerOf } from "./observer.ts";
import type { Plant } from "./planted.ts";
import { SimProcess } from "./process.ts";
import { SimClock, SimTimers } from "./process-time.ts";
import { SimRecords } from "./records.ts";
import { SimSnapshotStore, type SimSnapshots } from "./snapshot-stores.ts";

/** A process whose clock is further off the database's does not start (`engine/main.ts`). */
const MAX_CLOCK_SKEW_MS = 1_000;
const STOP_WITHIN_MS = 15_000;

export interface Surroundings {
  readonly environment: Environment;
  readonly checks: Checks;
  readonly broker: SimBroker;
  readonly database: SimDatabase;
  readonly marketData: SimMarketData;
  readonly snapshots: readonly SimSnapshots[];
  readonly settings: EngineSettings;
  readonly prefetch: number;
  readonly plant: Plant | null;
}

/**
 * A machine that runs one engine process after the other, as an orchestrator would: the real engine
 * under its real supervision, wired as `engine/main.ts` does it, on simulated ports.
 */
export class EngineHost {
  readonly name: string;
  readonly clock: SimClock;
  process: SimProcess | null = null;
  /** Processes started so far. */
  starts = 0;
  readonly #surroundings: Surroundings;
  #running: RunningEngine | null = null;
  #consumers: SimConsumer[] = [];
  #finished = false;

  constructor(name: string, surroundings: Surroundings) {
    this.name = name;
    this.#surroundings = surroundings;
    this.clock = new SimClock(surroundings.environment);
  }

  get idle(): boolean {
    return this.process === null;
  }

  get active(): boolean {
    const consumer = this.#consumers.at(-1);
    const serves = consumer !== undefined && this.#surroundings.broker.serves(consumer);
    return serves && this.#running?.current()?.state === "active";
  }

  start(): void {
    if (this.process !== null || this.#finished) return;
    const { environment, settings } = this.#surroundings;
    const process = new SimProcess(
      `${this.name}.${++this.starts}`,
      environment.scheduler,
      environment.stream(),
    );
    process.crashRate = environment.weather.crash;
    process.pauseRate = environment.weather.pause;
    process.onPause = () => this.pause(environment.random.between(3_000, 15_000));
    process.onDeath = () => this.#died(process);
    process.onCrash = () => environment.count("process died at a call");
    this.process = process;
    const timers = new SimTimers(process);
    environment.trace(process.name, () => "starts");
    const running = startEngine({
      open: () => this.#open(process, timers),
      settings,
      timers,
      restarts: (end, wasPromoted) =>
        !wasPromoted && (end.reason === "records-failed" || end.reason === "consumer-lost"),
      retrying: (cause) => {
        if (!(cause instanceof Error)) countEnd(environment, cause.reason);
        environment.trace(process.name, () => `tries again: ${describe(cause)}`);
      },
    });
    this.#running = running;
    void running.ended.then((end) => {
      countEnd(environment, end.reason);
      environment.trace(process.name, () => `ended: ${describe(end)}`);
      process.kill();
    });
    environment.scheduler.touch();
  }

  /** SIGTERM. */
  stop(): void {
    const { process } = this;
    const running = this.#running;
    if (process === null || running === null) return;
    this.#surroundings.environment.trace(process.name, () => "is asked to stop");
    process.later(0, () => void running.stop());
    process.later(STOP_WITHIN_MS, () => process.kill());
  }

  /** Stops, and does not start again. */
  finish(): void {
    this.#finished = true;
    this.stop();
  }

  kill(): void {
    this.process?.kill();
  }

  /** SIGSTOP, and SIGCONT after so long; the broker misses its heartbeats meanwhile. */
  pause(forMs: number): void {
    const { process } = this;
    if (process === null || process.paused) return;
    const { environment, broker } = this.#surroundings;
    environment.trace(process.name, () => `stands still for ${forMs} ms`);
    process.pause();
    const heartbeatMs = 4_000 + 2_000 * environment.random.fraction();
    environment.scheduler.after(heartbeatMs, () => {
      if (!process.paused || !process.alive) return;
      environment.count("process stood still past its replacement");
      for (const consumer of this.#consumers) broker.end(consumer);
    });
    environment.scheduler.after(forMs, () => this.resume(process));
  }

  /** No faults of its own from now on. */
  calm(): void {
    this.clock.offsetMs = 0;
    if (this.process === null) return;
    this.process.crashRate = 0;
    this.process.pauseRate = 0;
    this.resume();
  }

  resume(process: SimProcess | null = this.process): void {
    if (process === null || !process.paused) return;
    this.#surroundings.environment.trace(process.name, () => "goes on");
    process.resume();
  }

  /** Its connection to the broker is cut. */
  cutConsumer(): void {
    this.#consumers.at(-1)?.lose();
  }

  #died(process: SimProcess): void {
    const { environment, broker } = this.#surroundings;
    environment.trace(process.name, () => "is gone");
    environment.count("process died");
    // The operating system closes its sockets.
    for (const consumer of this.#consumers) {
      environment.scheduler.after(environment.random.delayMs(2), () => broker.end(consumer));
    }
    this.#consumers = [];
    this.process = null;
    this.#running = null;
    const againMs = environment.random.delayMs(200);
    environment.scheduler.after(againMs, () => this.start());
  }

  async #open(process: SimProcess, timers: SimTimers): Promise<OpenedPorts> {
    const { environment, checks, broker, database, marketData, snapshots, prefetch, plant } =
      this.#surroundings;
    const records = new SimRecords(environment, database, process, plant?.fenced ?? true);
    const skewMs = Math.abs((await records.nowMs()) - this.clock.nowMs());
    if (skewMs > MAX_CLOCK_SKEW_MS) throw new Error(`the clock is ${skewMs} ms off`);
    const consumer = new SimConsumer(environment, broker, process, prefetch);
    this.#consumers.push(consumer);
    const ports: EnginePorts = {
      consumer,
      records,
      snapshotStores: snapshots.map((store) => new SimSnapshotStore(environment, store, process)),
      events: new SimEventPublisher(environment, checks, process),
      marketData: new SimMarketDataWriter(environment, marketData, process),
      clock: this.clock,
      timers,
      observer: observerOf(environment, process.name),
    };
    return { ports: plant?.wrap?.(ports) ?? ports, close: () => records.close() };
  }
}
