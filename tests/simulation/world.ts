import type { EngineSettings } from "../../engine/engine-ports.ts";
import { SimBroker } from "./broker.ts";
import { Checks } from "./checks.ts";
import { CoreFaults } from "./core-faults.ts";
import { GROUP, SimDatabase, TIMELINE } from "./database.ts";
import { EngineHost, type Surroundings } from "./engine-host.ts";
import { Environment, type Happening } from "./environment.ts";
import { checkAtRest } from "./final-checks.ts";
import { SimMarketData } from "./market-data-store.ts";
import { drawWeather, planEvents } from "./nemesis.ts";
import type { Plant } from "./planted.ts";
import { SimPod } from "./pod.ts";
import type { Random } from "./random.ts";
import { SimSnapshots } from "./snapshot-stores.ts";
import type { Violation } from "./violation.ts";
import { SYMBOLS, Workload } from "./workload.ts";

/** Virtual time within which everything must be done once faults have stopped. */
const PROGRESS_WITHIN_MS = 150_000;
const STOP_WITHIN_MS = 60_000;
/** A run that takes more steps than this goes round in circles. */
const MAX_STEPS = 200_000;

export interface RunOptions {
  readonly plant?: Plant | null;
  readonly trace?: ((line: string) => void) | null;
}

export interface RunResult {
  readonly seed: number;
  readonly violation: Violation | null;
  readonly steps: number;
  readonly commands: number;
  readonly processes: number;
  readonly epochs: number;
  readonly happened: ReadonlyMap<Happening, number>;
  /** Equal for two runs that were the same. */
  readonly fingerprint: string;
}

/** One seed: engines, clients and everything between them under its faults, then calm, then rest. */
export async function runSeed(seed: number, options: RunOptions = {}): Promise<RunResult> {
  const faults = new CoreFaults();
  const restore = faults.install();
  try {
    return await new World(seed, faults, options).run();
  } finally {
    restore();
  }
}

class World {
  readonly #seed: number;
  readonly #environment: Environment;
  readonly #random: Random;
  readonly #checks: Checks;
  readonly #database: SimDatabase;
  readonly #broker: SimBroker;
  readonly #marketData: SimMarketData;
  readonly #snapshots: readonly [SimSnapshots, SimSnapshots];
  readonly #hosts: EngineHost[] = [];
  readonly #pods: SimPod[] = [];
  readonly #durationMs: number;
  /** When most things happen, as fractions of the duration: an engine then has one batch on its way and the next open. */
  #bursts: readonly number[] = [];
  /** Messages that pods have yet to send. */
  #planned = 0;

  constructor(seed: number, faults: CoreFaults, options: RunOptions) {
    this.#seed = seed;
    const environment = new Environment(seed, options.trace ?? null);
    this.#environment = environment;
    this.#random = environment.stream();
    const random = this.#random;
    this.#checks = new Checks(environment, 7, GROUP, TIMELINE);
    const checks = this.#checks;
    this.#database = new SimDatabase(environment, checks, SYMBOLS);
    // The layer that plants bugs has told the engine by then that its batch is committed.
    if (!options.plant) this.#database.refuses = (row) => faults.refusesRow(row);
    checks.failuresOf = (id) => this.#database.failures.get(id) ?? 0;
    this.#broker = new SimBroker(environment, checks);
    this.#marketData = new SimMarketData(checks);
    this.#marketData.onUpdate = ({ symbol, epoch, previousSequence, sequence, full }) =>
      environment.trace("market data", () => {
        return `symbol ${symbol}: ${full ? "whole" : `${previousSequence} →`} ${sequence} (epoch ${epoch})`;
      });
    this.#snapshots = [new SimSnapshots("redis", checks), new SimSnapshots("postgres", checks)];
    environment.weather = drawWeather(random);
    this.#durationMs = random.between(2_000, 40_000);
    if (random.chance(0.6)) this.#bursts = Array.from({ length: 4 }, () => random.fraction());
    const surroundings: Surroundings = {
      environment,
      checks,
      broker: this.#broker,
      database: this.#database,
      marketData: this.#marketData,
      snapshots: this.#snapshots,
      settings: drawSettings(random),
      prefetch: random.pick([3, 20, 1_000]),
      plant: options.plant ?? null,
    };
    for (let index = 0; index < random.between(2, 3); index++) {
      const host = new EngineHost(`engine-${index}`, surroundings);
      host.clock.offsetMs = random.between(-400, 400);
      host.clock.driftPpm = random.between(-200, 200);
      this.#hosts.push(host);
    }
    for (let index = 0; index < 2; index++) {
      const skewMs = random.between(-800, 800);
      const nowMs = (): number => Math.floor(environment.scheduler.nowMs + skewMs);
      const workload = new Workload(environment.stream(), nowMs, faults);
      this.#pods.push(new SimPod(environment, this.#broker, `pod-${index}`, workload));
    }
  }

  async run(): Promise<RunResult> {
    const { scheduler } = this.#environment;
    for (const host of this.#hosts) scheduler.after(this.#random.delayMs(20), () => host.start());
    this.#planTraffic();
    planEvents(
      this.#environment,
      {
        hosts: this.#hosts,
        broker: this.#broker,
        database: this.#database,
        marketData: this.#marketData,
        redisSnapshots: this.#snapshots[0],
      },
      () => this.#moment(),
    );
    const faultsEndMs = scheduler.nowMs + this.#durationMs;
    await scheduler.run(() => this.#over() || scheduler.nowMs >= faultsEndMs);
    this.#calmDown();
    await this.#settle("everything is answered, published and told", PROGRESS_WITHIN_MS, () => this.#done());
    for (const host of this.#hosts) host.finish();
    await this.#settle("every engine stops", STOP_WITHIN_MS, () => this.#hosts.every((host) => host.idle));
    if (this.#environment.violation === null) {
      checkAtRest(
        this.#environment,
        this.#checks,
        this.#database,
        this.#marketData,
        this.#snapshots[1].snapshots,
      );
      this.#checkConfirmed();
    }
    const { group } = this.#database;
    return {
      seed: this.#seed,
      violation: this.#environment.violation,
      steps: scheduler.steps,
      commands: this.#checks.sequence,
      processes: this.#hosts.reduce((sum, host) => sum + host.starts, 0),
      epochs: group.epoch,
      happened: this.#environment.happened,
      fingerprint: `${scheduler.steps}:${Buffer.from(group.hash).toString("hex")}`,
    };
  }

  #planTraffic(): void {
    const random = this.#random;
    const messages = random.between(10, 60);
    for (let index = 0; index < messages; index++) {
      const pod = random.pick(this.#pods);
      const again = random.chance(0.1);
      this.#planned += 1;
      this.#environment.scheduler.after(this.#moment(), () => {
        this.#planned -= 1;
        if (again) pod.askAgain();
        else pod.sendNew(random.pick([1, 1, 1, 2, 5]));
      });
    }
  }

  /** Some time while faults last, milliseconds from the start; in most seeds things come together. */
  #moment(): number {
    const random = this.#random;
    const isInBurst = this.#bursts.length > 0 && random.chance(0.8);
    const place = isInBurst ? random.pick(this.#bursts) : random.fraction();
    return place * this.#durationMs + random.between(0, 15);
  }

  #calmDown(): void {
    this.#environment.trace("world", () => "faults stop");
    this.#environment.clear();
    this.#database.down = false;
    this.#broker.start();
    for (const host of this.#hosts) host.calm();
  }

  #over(): boolean {
    return this.#environment.violation !== null || this.#environment.scheduler.steps > MAX_STEPS;
  }

  async #settle(what: string, withinMs: number, done: () => boolean): Promise<void> {
    const { scheduler } = this.#environment;
    const endMs = scheduler.nowMs + withinMs;
    await scheduler.run(() => this.#over() || scheduler.nowMs > endMs || done());
    if (this.#environment.violation === null && !done()) {
      this.#environment.violate("progress", `not within ${withinMs} ms: ${what} (${this.#state()})`);
    }
  }

  #done(): boolean {
    const { group } = this.#database;
    return (
      this.#planned === 0 &&
      this.#broker.empty &&
      this.#hosts.some((host) => host.active) &&
      group.publishedSequence === group.lastSequence &&
      this.#pods.every((pod) => pod.unanswered.length === 0) &&
      this.#booksAreTold() &&
      !this.#isOverdue()
    );
  }

  /** Orders whose time has come end though no command arrives. */
  #isOverdue(): boolean {
    const dueMs = this.#checks.replay.history.core.nextExpiryMs();
    return dueMs !== 0 && dueMs <= this.#environment.scheduler.nowMs;
  }

  #booksAreTold(): boolean {
    const books = this.#checks.milestones.get(this.#checks.sequence)?.books ?? new Map<number, string>();
    return [...books].every(([symbol, book]) => this.#marketData.text(symbol) === book);
  }

  #state(): string {
    const { group } = this.#database;
    const unanswered = this.#pods.flatMap((pod) => pod.unanswered);
    return [
      `sequence ${group.lastSequence}`,
      `published ${group.publishedSequence}`,
      `queue ${this.#broker.empty ? "empty" : "not empty"}`,
      `unanswered ${unanswered.slice(0, 3).join(" ") || "none"}`,
      `running ${this.#hosts.filter((host) => !host.idle).length}`,
      `active ${this.#hosts.filter((host) => host.active).length}`,
      `books ${this.#booksAreTold() ? "told" : "not told"}`,
      `orders ${this.#isOverdue() ? "overdue" : "not overdue"}`,
      `steps ${this.#environment.scheduler.steps}`,
    ].join(", ");
  }

  #checkConfirmed(): void {
    for (const pod of this.#pods) {
      for (const { id, confirmed, answered } of pod.sent.values()) {
        if ((confirmed || answered) && !this.#checks.sequenceOf.has(id)) {
          this.#environment.violate("nothing lost", `${id} was confirmed and is not in the journal`);
        }
      }
    }
  }
}

function drawSettings(random: Random): EngineSettings {
  return {
    group: GROUP,
    batchCommands: random.pick([1, 3, 10, 500]),
    snapshotEveryCommands: random.pick([3, 10, 40, 1_000]),
    snapshotEveryMs: random.pick([500, 5_000, 60_000]),
    tickEveryMs: 1_000,
    followEveryMs: random.pick([50, 200, 1_000]),
    cursorEveryMs: random.pick([0, 10, 100, 1_000]),
  };
}
