/** Redis for tests. */
import { Redis } from "ioredis";
import { inject } from "vitest";

/** A numbered database of Redis that a test file has for itself, empty at first. */
export interface TestRedis {
  readonly url: string;
  /** Empties it and lets others have it. */
  drop(): Promise<void>;
}

/** Where it is written which numbers are taken. */
const registryDatabase = 0;

/** How long a number stays taken when a test dies without giving it back. */
const leaseSeconds = 15 * 60;

/** Takes a numbered database that nobody else uses. */
export async function createTestRedis(): Promise<TestRedis> {
  const { url } = inject("services").redis;
  const registry = new Redis(url, { db: registryDatabase });
  try {
    const [, count] = (await registry.config("GET", "databases")) as string[];
    for (let number = 1; number < Number(count); number++) {
      const taken = await registry.set(leaseKey(number), "taken", "EX", leaseSeconds, "NX");
      if (taken === null) continue;
      await empty(url, number);
      const own = new URL(url);
      own.pathname = `/${number}`;
      return { url: own.href, drop: () => giveBack(url, number) };
    }
  } finally {
    registry.disconnect();
  }
  throw new Error(
    "Every numbered database of Redis is taken: give back what createTestRedis() gives with drop().",
  );
}

const leaseKey = (number: number): string => `test-database:${number}`;

async function empty(url: string, number: number): Promise<void> {
  const redis = new Redis(url, { db: number });
  await redis.flushdb();
  redis.disconnect();
}

async function giveBack(url: string, number: number): Promise<void> {
  await empty(url, number);
  const registry = new Redis(url, { db: registryDatabase });
  await registry.del(leaseKey(number));
  registry.disconnect();
}
