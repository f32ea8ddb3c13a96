import type { Redis } from "ioredis";
import { makeScript, openRedis, type RedisOptions, runScript } from "./connection.ts";

/**
 * Rates counted across pods by the generic cell rate algorithm: of each key only the time is kept at which
 * it will have made up for what it took. Times are Redis's own, in microseconds.
 */

/** So much of a rate: `count` in `periodMs`, all of which may come at once. */
export interface Taking {
  readonly key: string;
  readonly count: number;
  readonly periodMs: number;
  readonly cost: number;
}

export interface Taken {
  readonly allowed: boolean;
  /** How much more may come at once. */
  readonly remaining: number;
  /** Until the whole count may come at once again. */
  readonly resetMs: number;
  /** Until what was refused may come; 0 where it was allowed. */
  readonly retryAfterMs: number;
}

/** Redis answers within this, or each pod counts alone: a limit must not cost an order its time. */
const ANSWER_WITHIN_MS = 150;

/** For each key: arguments count, period (µs), cost → allowed, remaining, reset (µs), retry after (µs). */
const takeOfRates = makeScript(`
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local answers = {}
for i, key in ipairs(KEYS) do
  local count, period, cost = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  local each = period / count
  local full = math.max(tonumber(redis.call('GET', key) or '0'), now)
  local after = full + math.min(cost, count) * each
  local allowed = after - now <= period + 0.5
  if allowed then
    full = after
    redis.call('SET', key, string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 1)
  end
  local remaining = math.floor((period - (full - now)) / each + 0.001)
  answers[i] = { allowed and 1 or 0, math.max(remaining, 0), math.ceil(full - now), allowed and 0 or math.ceil(after - now - period) }
end
return answers
`);

interface Waiting {
  readonly takings: readonly Taking[];
  resolve(taken: Taken[]): void;
  reject(cause: unknown): void;
}

export class RedisRateCounter {
  readonly #client: Redis;
  readonly #prefix: string;
  #waiting: Waiting[] = [];

  constructor(options: RedisOptions) {
    this.#prefix = `${options.keyPrefix ?? ""}rate:`;
    this.#client = openRedis({ ...options, commandTimeoutMs: ANSWER_WITHIN_MS }, "rates");
  }

  /**
   * All of them, and all that others ask for in the same turn, in one round trip. Rejects with
   * UnavailableError where Redis does not answer in time.
   */
  take(takings: readonly Taking[]): Promise<Taken[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ takings, resolve, reject });
      if (this.#waiting.length === 1) setImmediate(() => void this.#flush());
    });
  }

  async #flush(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      const taken = await this.#run(waiting.flatMap((one) => one.takings));
      let next = 0;
      for (const { takings, resolve } of waiting) {
        resolve(taken.slice(next, next + takings.length));
        next += takings.length;
      }
    } catch (cause) {
      for (const { reject } of waiting) reject(cause);
    }
  }

  async #run(takings: readonly Taking[]): Promise<Taken[]> {
    const keys = takings.map(({ key }) => this.#prefix + key);
    const args = takings.flatMap(({ count, periodMs, cost }) => [count, periodMs * 1_000, cost].map(String));
    const [answers] = await runScript(this.#client, takeOfRates, [{ keys, arguments: args }]);
    return (answers as [number, number, number, number][]).map(([allowed, remaining, reset, retryAfter]) => ({
      allowed: allowed === 1,
      remaining,
      resetMs: Math.ceil(reset / 1_000),
      retryAfterMs: Math.ceil(retryAfter / 1_000),
    }));
  }

  async close(): Promise<void> {
    this.#client.disconnect();
  }
}
