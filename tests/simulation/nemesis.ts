import type { SimBroker } from "./broker.ts";
import type { SimDatabase } from "./database.ts";
import type { EngineHost } from "./engine-host.ts";
import type { Environment, Weather } from "./environment.ts";
import type { SimMarketData } from "./market-data-store.ts";
import type { Random } from "./random.ts";
import type { SimSnapshots } from "./snapshot-stores.ts";

export interface Victims {
  readonly hosts: readonly EngineHost[];
  readonly broker: SimBroker;
  readonly database: SimDatabase;
  readonly marketData: SimMarketData;
  readonly redisSnapshots: SimSnapshots;
}

const RATES: Weather = {
  crash: 0.01,
  pause: 0.004,
  database: 0.02,
  slow: 0.01,
  publish: 0.2,
  consumer: 0.02,
  reply: 0.2,
  events: 0.1,
  snapshots: 0.3,
  marketData: 0.15,
};

/**
 * What one seed has to live through. Each kind of fault is there in some seeds only: where everything
 * goes wrong at once, nothing gets far enough to go wrong in an interesting way.
 */
export function drawWeather(random: Random): Weather {
  const weather = { ...RATES };
  for (const kind of Object.keys(weather) as (keyof Weather)[]) {
    weather[kind] = random.chance(0.5) ? RATES[kind] * random.pick([0.2, 1, 1, 2]) : 0;
  }
  return weather;
}

/**
 * Plans what happens to whom.
 * @param moment draws when, milliseconds from now
 */
export function planEvents(environment: Environment, victims: Victims, moment: () => number): void {
  const random = environment.stream();
  const kinds = EVENTS.filter(() => random.chance(0.5));
  if (kinds.length === 0) return;
  const count = random.between(0, 12);
  for (let index = 0; index < count; index++) {
    const happen = random.pick(kinds);
    environment.scheduler.after(moment(), () => {
      if (!environment.calm) happen(environment, victims, random);
    });
  }
}

type Happening = (environment: Environment, victims: Victims, random: Random) => void;

const EVENTS: readonly Happening[] = [
  (_, { hosts }, random) => random.pick(hosts).kill(),
  (_, { hosts }, random) => random.pick(hosts).stop(),
  (_, { hosts }, random) => random.pick(hosts).pause(random.pick([20, 500, 14_000, 25_000])),
  (_, { hosts }, random) => random.pick(hosts).pause(random.between(13_000, 20_000)),
  (_, { hosts }, random) => random.pick(hosts).cutConsumer(),
  (environment, { hosts }, random) => {
    const { clock } = random.pick(hosts);
    environment.count("clock jumped");
    clock.offsetMs += random.pick([-3_600_000, -7_000, -900, 900, 7_000, 60_000]);
  },
  (environment, { broker }, random) => {
    environment.trace("broker", () => "goes down");
    environment.count("broker down");
    broker.stop();
    environment.scheduler.after(random.delayMs(500), () => broker.start());
  },
  (environment, { database }, random) => {
    environment.trace("database", () => "goes down");
    environment.count("database down");
    database.down = true;
    environment.scheduler.after(random.delayMs(500), () => {
      database.down = false;
    });
  },
  (environment, { redisSnapshots, marketData }) => {
    environment.trace("redis", () => "comes back empty");
    environment.count("redis emptied");
    redisSnapshots.lose();
    marketData.empty();
  },
  (environment, _, random) => {
    environment.trace("redis", () => "goes down");
    environment.count("redis down");
    environment.redisDown = true;
    environment.scheduler.after(random.between(100, 15_000), () => {
      environment.redisDown = false;
    });
  },
  (environment, _, random) => {
    environment.trace("exchange", () => "goes down");
    environment.count("exchange down");
    environment.exchangeDown = true;
    environment.scheduler.after(random.between(100, 15_000), () => {
      environment.exchangeDown = false;
    });
  },
];
