import { Random } from "./random.ts";
import { Scheduler } from "./scheduler.ts";
import type { Rule, Violation } from "./violation.ts";

/** How often what goes wrong, as probabilities per call; all zero once faults have stopped. */
export interface Weather {
  /** A process dies at a call. */
  crash: number;
  /** A process stands still from a call on, mostly until after it was replaced. */
  pause: number;
  /** A connection to the database is lost before, or after, a statement took effect. */
  database: number;
  /** A statement takes seconds. */
  slow: number;
  /** A publish is lost, or its confirm, or it is returned. */
  publish: number;
  /** A consumer's connection is lost. */
  consumer: number;
  /** A reply is lost. */
  reply: number;
  /** Events: cut off on the way, or the confirm lost. */
  events: number;
  /** A snapshot store cannot be reached, or gives something else than was saved. */
  snapshots: number;
  marketData: number;
}

/** What the seeds together must have lived through. */
export const HAPPENINGS = [
  "process died at a call",
  "process died",
  "process stood still past its replacement",
  "engine fenced",
  "engine lost its consumer",
  "engine lost its records",
  "engine stopped cleanly",
  "command made an engine fail",
  "command refused for good",
  "commit refused by the fence",
  "several messages in one batch",
  "delivered while a commit was on its way",
  "commit done, answer lost",
  "commit refused for its values",
  "commit of a dead process done",
  "delivered again",
  "sent again",
  "duplicate answered",
  "first copy came after the second",
  "undecodable",
  "snapshot passed over",
  "snapshot used",
  "snapshot save refused by the fence",
  "journal alone used",
  "events published again",
  "events not confirmed",
  "market data lost",
  "market data refused by the fence",
  "orders ended by time alone",
  "clock jumped",
  "broker down",
  "database down",
  "redis emptied",
  "redis down",
  "exchange down",
] as const;
export type Happening = (typeof HAPPENINGS)[number];

const CALM: Weather = {
  crash: 0,
  pause: 0,
  database: 0,
  slow: 0,
  publish: 0,
  consumer: 0,
  reply: 0,
  events: 0,
  snapshots: 0,
  marketData: 0,
};

/** What every part of a simulation shares: time, chance, faults, the first violation, and the trace. */
export class Environment {
  readonly seed: number;
  readonly scheduler = new Scheduler();
  readonly random: Random;
  weather: Weather = { ...CALM };
  calm = false;
  /** Nothing gets through to Redis, or to the exchange that events go to. */
  redisDown = false;
  exchangeDown = false;
  violation: Violation | null = null;
  /** How often what happened: a simulation in which something never happens says nothing about it. */
  readonly happened = new Map<Happening, number>();
  readonly #trace: ((line: string) => void) | null;
  #streams = 1;

  constructor(seed: number, trace: ((line: string) => void) | null) {
    this.seed = seed;
    this.random = new Random(seed);
    this.#trace = trace;
  }

  /** Numbers of a part's own. */
  stream(): Random {
    return new Random(this.seed, this.#streams++);
  }

  violate(rule: Rule, detail: string): void {
    this.trace("check", () => `VIOLATION ${rule}: ${detail}`);
    this.violation ??= { rule, detail };
  }

  count(what: Happening): void {
    this.happened.set(what, (this.happened.get(what) ?? 0) + 1);
  }

  trace(who: string, what: () => string): void {
    if (this.#trace === null) return;
    const ms = (this.scheduler.nowMs % 86_400_000) - 43_200_000;
    this.#trace(`${ms.toFixed(3).padStart(12)} ${who.padEnd(14)} ${what()}`);
  }

  /** Faults stop. */
  clear(): void {
    this.calm = true;
    this.redisDown = false;
    this.exchangeDown = false;
    this.weather = { ...CALM };
  }
}
