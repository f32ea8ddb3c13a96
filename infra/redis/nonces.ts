import type { Redis } from "ioredis";
import {
  makeScript,
  openRedis,
  type RedisOptions,
  runScript,
  type TellRefused,
  tellRefused,
} from "./connection.ts";

/**
 * Nonces of signed requests, shared by all pods. Each is a key of its own that ends by itself.
 *
 * Nothing tells a nonce that was never shown from one that Redis has lost. A marker says since when Redis
 * has kept them: where it is missing, Redis was emptied; and after a lost connection what comes back may
 * be another Redis that had not heard of the last ones. Either way nothing can be told for as long as a
 * request counts. Redis must not evict keys (`maxmemory-policy noeviction`), since nobody would notice.
 */
export interface RedisNoncesOptions extends RedisOptions {
  /** How long a nonce is kept. */
  readonly keptMs: number;
}

/** Redis answers within this, or nothing is told. */
const ANSWER_WITHIN_MS = 1_000;

const claimNonce = makeScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local since = redis.call('GET', KEYS[1])
if not since then
  since = now
  redis.call('SET', KEYS[1], now)
end
if KEYS[2] ~= '' and not redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[1]) then return 'used' end
if now - since < tonumber(ARGV[1]) then return 'unknown' end
return 'fresh'
`);

export class RedisNonces {
  readonly #client: Redis;
  readonly #prefix: string;
  readonly #keptMs: number;
  readonly #refused: TellRefused;
  #hadConnection = false;
  #openFromMs = 0;

  constructor({ keptMs, ...options }: RedisNoncesOptions) {
    this.#keptMs = keptMs;
    this.#prefix = `${options.keyPrefix ?? ""}nonce:`;
    this.#client = openRedis({ ...options, commandTimeoutMs: ANSWER_WITHIN_MS }, "nonces");
    this.#refused = tellRefused(options, "nonces");
    this.#client.on("ready", () => {
      if (this.#hadConnection) this.#openFromMs = performance.now() + keptMs;
      this.#hadConnection = true;
      // Sets the marker, so that a new system has kept nonces for long enough before anybody comes.
      this.#run("").catch(this.#refused);
    });
  }

  /** "unknown" where Redis does not answer, or cannot have kept all that it should have. Never rejects. */
  async claim(keyId: string, nonce: string): Promise<"fresh" | "used" | "unknown"> {
    try {
      const state = await this.#run(`${this.#prefix}${keyId}:${nonce}`);
      if (state === "used") return "used";
      return state === "fresh" && performance.now() >= this.#openFromMs ? "fresh" : "unknown";
    } catch (cause) {
      this.#refused(cause);
      return "unknown";
    }
  }

  async close(): Promise<void> {
    this.#client.disconnect();
  }

  async #run(key: string): Promise<unknown> {
    const call = { keys: [`${this.#prefix}since`, key], arguments: [String(this.#keptMs)] };
    const [state] = await runScript(this.#client, claimNonce, [call]);
    return state;
  }
}
